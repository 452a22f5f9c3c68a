"""A region is a folder of CSV files: what the files hold, how they are read, and every fault in one sentence."""
