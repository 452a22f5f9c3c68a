"""`python -m experiments` is `shengdian`."""

from experiments.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
