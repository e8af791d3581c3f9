"""FHIR R4, read leanly: what the FHIR connectors share. This folder is no connector: it has no manifest.

Records are ``TypedDict``s that name exactly the elements that are read: whatever is not named there (a diagnosis, a
note, a narrative) is dropped as soon as the bytes are decoded, and never is part of a record.
"""
