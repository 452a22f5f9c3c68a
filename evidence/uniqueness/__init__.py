"""Whether a clearing's outcome is the only one that the certificate accepts: hostile solutions of random books, and all of tiny ones."""
