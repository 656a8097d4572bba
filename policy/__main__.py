"""Serves the pack to Pulumi's engine. It never returns, so nothing may import this file."""

from datetime import UTC, datetime

from rules import RULES, waived
from rules.core.engine import Servicer, serve

serve(Servicer("plinth", RULES, waived(), datetime.now(UTC).date()))
