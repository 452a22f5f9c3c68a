"""The commands of `shengdian`, one file each: its sentence (`HELP`), its `options`, and what it does (`run`).

They import what they need when they run: `shengdian --help` answers at once.
"""

COMMANDS = ("list", "run", "sweep", "compare", "plot", "report", "audit", "query", "app", "serve", "abi", "clear", "allocate", "region")
"""as `shengdian --help` lists them"""
