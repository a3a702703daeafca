"""The command line, for `python -m boilerplate`."""

from boilerplate.cli import main

if __name__ == "__main__":  # a worker process that is spawned imports this module, too
    main()
