"""Tells people what became of requests: what there is to tell, by which channel, once each."""

from reconciler.notify.channels import Channel, channel_of
from reconciler.notify.occasions import due, key_of
from reconciler.notify.sending import Failure, Parcel, deliver

__all__ = ["Channel", "Failure", "Parcel", "channel_of", "deliver", "due", "key_of"]
