"""How often an interval that says 95 % holds the mean: simulated for several methods, numbers of seeds and shapes of what seeds draw."""
