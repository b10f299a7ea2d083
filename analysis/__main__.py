"""The door of the command line: `python -m analysis ...` is tools.commandline."""

import sys

from tools.commandline import main

if __name__ == "__main__":
    sys.exit(main())
