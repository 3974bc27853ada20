"""What the company's figures are held against: targets, exchange rates."""

from models.people.setup.exchange_rates import drop_exchange_rate, set_exchange_rate
from models.people.setup.targets import drop_target, set_target, set_targets

__all__ = ["drop_exchange_rate", "drop_target", "set_exchange_rate", "set_target", "set_targets"]
