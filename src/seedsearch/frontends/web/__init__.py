"""Pages for people and an HTTP interface for programs, as served by `seedsearch serve`. The extra `web`.

    guard       who may ask, and what every answer carries       site         what is set, and addresses
    app         routes and handlers                              parameters   what an address may ask for
    pages, document_page    what templates show                  interface    the same as JSON
    rows, marks   a document as HTML                             description  OpenAPI
    words, names  two languages                                  serving      socket, signals, slow clients

Nothing outside of this package imports Starlette, uvicorn or Jinja2.
"""
