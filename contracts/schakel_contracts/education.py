"""Education and growing up, version 1 (F31, F32)."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.terms import EducationStatus, YouthMilestone


class EducationStatusChanged(Event):
    """A youth's place at school changed; grades, care at school and truancy have no field."""

    type: ClassVar[str] = "nl.schakel.education.status_changed.v1"
    category: ClassVar[Category] = Category.EDUCATION
    tells_of_care: ClassVar[bool] = False

    status: EducationStatus = Field(description="Where it stands.")
    on: date = Field(description="Since which day.")
    contact: Role = Field(default=Role.SCH, description="The role to call about it.")


class YouthTransitionDue(Event):
    """A birthday comes near that changes who decides. Made by the clock, or by who intensifies the coaching."""

    type: ClassVar[str] = "nl.schakel.youth_transition.due.v1"
    category: ClassVar[Category] = Category.YOUTH_TRANSITION
    tells_of_care: ClassVar[bool] = False

    milestone: YouthMilestone = Field(description="Which one.")
    on: date = Field(description="The day.")
    consent_needed_again: bool = Field(description="Whether consent given by a representative ends then (R13).")
