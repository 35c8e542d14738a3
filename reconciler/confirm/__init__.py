"""Which tokens of which mails may be given to OVHcloud, and for whom; and what became of those that were."""
