"""`python -m reconciler` is the same as `reconciler`."""

from reconciler.cli import main

if __name__ == "__main__":
    main()
