"""FHIR R4 care plans, episodes, orders and patients: status, level of support, who is involved."""
