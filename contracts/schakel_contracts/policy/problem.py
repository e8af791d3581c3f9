"""The one error of the policy: a table that may not be used."""


class PolicyError(ValueError):
    """A policy table breaks a rule: file, row, rule, and how, so that it can be repaired."""

    def __init__(self, file: str, row: str, rule: str, says: str) -> None:
        super().__init__(f"{file}: {row}: {rule}: {says}")
        self.file = file
        self.row = row
        self.rule = rule
        self.says = says
