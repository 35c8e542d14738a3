"""The file that declares who is to hold which contact."""

from reconciler.config.model import Account, Config, Endpoint, GuardSettings, Place, TimeBox

__all__ = ["Account", "Config", "Endpoint", "GuardSettings", "Place", "TimeBox"]
