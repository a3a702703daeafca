"""Thin adapters to the engines that crawls are processed with; a module an engine, by its name.

Each module needs its engine, which comes with the extra of the same name, and is imported by
whoever uses it, never by the library. A page that fails never stops a job: its article is
missing, and one sentence, where the engine has a place for it, says why.
"""
