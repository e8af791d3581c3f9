"""FHIR R4 consents, as permissions and objections of this hub."""
