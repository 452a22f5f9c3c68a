"""A year of trade ahead of the hours: agreements between provinces, bilateral agreements, central bidding and listings, month by month."""
