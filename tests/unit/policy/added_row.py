"""A row that may stand beside those that are shipped."""

ROW = """
[[row]]
id = "TEST-ROW"
event = "support_level.changed"
source_roles = ["GGZ"]
recipient_roles = ["REI"]
purpose = "support_scaling"
basis = ["C"]
fields = ["direction"]
time_class = "T1d"
prohibited_use = "enforcement"
founded = "judgement"
asserted = true
"""
