"""The web face of the service: what people see, decide and export in a browser, and the API for programs.

app.py       puts it together                    guard.py      what every request must pass before anything else
face.py      what all pages share                people.py     who is asking, and what they may do
shown.py     values and moments as HTML          one file per family of pages: today, queue, change, programme, source, capture ...
"""
