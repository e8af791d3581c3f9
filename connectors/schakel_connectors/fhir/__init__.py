"""FHIR R4, read leanly: what the FHIR connectors share. This folder is no connector: it has no manifest.

Records are ``TypedDict``s that name exactly the elements that are read. pydantic validates them straight from JSON, so
whatever is not named here (a diagnosis, a note, a narrative) never becomes a Python object.
"""
