"""The contacts of OVHcloud services as code."""

__version__ = "0.1.0"
