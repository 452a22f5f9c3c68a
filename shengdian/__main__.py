"""`python -m experiments` is `shengdian`."""

from shengdian.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
