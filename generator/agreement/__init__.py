"""content/agreement/*.yml as checked, frozen values."""

from .agreement import Agreement
from .calendars import Calendar, Holiday, Window
from .channels import Channel
from .criteria import (
    ActivityCondition,
    AttributeCondition,
    Condition,
    Criteria,
    DealCondition,
    ManualCondition,
    ScoreCondition,
    TouchCondition,
)
from .lifecycle import Agreed, Attribute, Definition, Example, Lifecycle, Move, Reason, Stage, TierRule
from .loading import load_agreement
from .owners import Owner
from .pipeline import DealStage, Pipeline
from .reviews import Action, Decision, Held, Reviews
from .settings import Settings
from .sla import Commitment, Sla, Tier, TierTarget
from .targets import Target

__all__ = [
    "Action",
    "ActivityCondition",
    "Agreed",
    "Agreement",
    "Attribute",
    "AttributeCondition",
    "Calendar",
    "Channel",
    "Commitment",
    "Condition",
    "Criteria",
    "DealCondition",
    "DealStage",
    "Decision",
    "Definition",
    "Example",
    "Held",
    "Holiday",
    "Lifecycle",
    "ManualCondition",
    "Move",
    "Owner",
    "Pipeline",
    "Reason",
    "Reviews",
    "ScoreCondition",
    "Settings",
    "Sla",
    "Stage",
    "Target",
    "Tier",
    "TierRule",
    "TierTarget",
    "TouchCondition",
    "Window",
    "load_agreement",
]
