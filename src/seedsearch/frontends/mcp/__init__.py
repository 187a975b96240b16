"""Tools for agents over the Model Context Protocol, as served by `seedsearch mcp` on standard input and output.

    server   the tools as the protocol has them, in words that agents read       answers   what they answer, as text
    cursor   where an answer goes on

The extra `mcp`: the official SDK, which only `server` imports.
"""
