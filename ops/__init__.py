"""Day-2 commands and the ``plinth`` command line. Import the module you need: nothing is here."""
