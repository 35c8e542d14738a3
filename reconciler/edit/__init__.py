"""Edits of the contacts file as texts: what a person would have typed, and not a byte more.

Everything here takes texts and returns texts. An edit is a few splices at places that libyaml names, so that
comments, quoting, anchors and line ends stay as they are; `kept.assert_means` says whether the result means
what was wanted, and nothing is to be written before it did.
"""
