"""Cut an event down to what a ruling lets through."""

from schakel_contracts.event import Event
from schakel_contracts.policy.model import Policy
from schakel_contracts.policy.ruling import Ruling
from schakel_contracts.policy.views import VIEWS


def minimise(event: Event, ruling: Ruling, policy: Policy) -> Event:
    """Return the event, or the masked one, with the ruling's fields alone; absent ones stay so.

    Serialise with ``exclude_unset=True``: a field that is not set was not let through. Raises
    ``ValueError`` for a denial, and for a ruling that these tables did not make.
    """
    if not ruling.allowed or ruling.row not in policy.rows:
        raise ValueError("nothing of this event may be sent")
    if ruling.view is None:
        present = event.model_fields_set.intersection(ruling.fields)
        values = {name: getattr(event, name) for name in ruling.fields if name in present}
        return type(event).model_construct(_fields_set=present, **values)
    view = VIEWS[type(event), ruling.view]
    filled = {name: view.fills[name](event) for name in ruling.fields}
    values = {name: value for name, value in filled.items() if value is not None}
    return view.contract.model_construct(_fields_set=set(values), **values)
