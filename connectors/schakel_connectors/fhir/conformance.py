"""Where a FHIR resource departs from R4, as the full models see it: help for whoever has to mend a record.

A connector reads only the fields it declares and judges only those. This reads everything, with ``fhir.resources``
(R4B, of which R4's resources are the same for what partners send here), so it is slow and never in the way of a record.
"""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from schakel_connectors.rejection import FieldError, from_validation

DEVIATIONS_MAX = 20


def deviations(raw: bytes) -> tuple[FieldError, ...]:
    """Return up to 20 deviations of a resource in JSON, as fields and rules; none for what conforms."""
    try:
        resource: Any = json.loads(raw)
        kind = resource["resourceType"]
        model = _model(kind) if isinstance(kind, str) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return (FieldError("record", "json_invalid"),)
    if model is None:
        return (FieldError("resourceType", "unsupported_type"),)
    try:
        model.model_validate(resource)
    except ValidationError as error:
        return from_validation(error, known=model.model_fields).errors[:DEVIATIONS_MAX]
    except (RecursionError, LookupError, TypeError, ValueError):
        # The library answers some nonsense with an error of its own instead of a ValidationError.
        return (FieldError("record", "not_fhir"),)
    return ()


@cache
def _model(kind: str) -> type[BaseModel] | None:
    """Return the R4B model of a resource type; the library is imported on first use, since that takes a second."""
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - see above

    try:
        found: type[BaseModel] = get_fhir_model_class(kind)
    except (KeyError, LookupError, ValueError):
        return None
    return found
