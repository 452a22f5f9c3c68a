"""The pages of docs/reference, made from what they describe: `python -m evidence.reference`. One page a file here."""
