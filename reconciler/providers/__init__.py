"""Adapters to the services whose contacts are kept; today one, OVHcloud."""
