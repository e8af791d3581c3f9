"""Plan evaluation events, version 1 (F25)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schakel_contracts.codes import Category, Role
from schakel_contracts.event import Event
from schakel_contracts.terms import EvaluationOutcome


class _PlanEvaluation(Event):
    """What every event of an evaluation says."""

    category: ClassVar[Category] = Category.PLAN_EVALUATION

    evaluation_ref: UUID = Field(description="The same for every event of one evaluation.")
    owner: Role = Field(description="The role that leads it.")


class PlanEvaluationPlanned(_PlanEvaluation):
    """An evaluation of the plan was put in the diary."""

    type: ClassVar[str] = "nl.schakel.plan_evaluation.planned.v1"

    on: date = Field(description="The day.")


class PlanEvaluationDue(_PlanEvaluation):
    """An evaluation comes near. Made by the clock."""

    type: ClassVar[str] = "nl.schakel.plan_evaluation.due.v1"

    on: date = Field(description="The day.")
    days_left: int = Field(ge=0, le=400, description="Days until the evaluation, when this was due.")


class PlanEvaluationCompleted(_PlanEvaluation):
    """The plan was evaluated; its text and any score have no field."""

    type: ClassVar[str] = "nl.schakel.plan_evaluation.completed.v1"

    on: date = Field(description="The day.")
    outcome: EvaluationOutcome = Field(description="What it came to.")
    next_date: date | None = Field(default=None, description="Day of the next one.")
