"""The pure core: no files, no sockets, no database, no clock.

Everything here is a function of its arguments, so that any day can be replayed. Only `core/lang` and `core/places` read files, and only their own data.
"""
