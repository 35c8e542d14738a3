"""Approved is what runs: what a saved plan holds, whether it may still be carried out, and what moved if not.

The files, git and the clock are looked at elsewhere and handed in.
"""
