"""The workbook of inputs: what the user's files do not hold, asked for with her clients prefilled, and read when it returns.

``sheets`` declares the sheets, ``contents`` says which of them a portfolio needs and what stands on them, ``workbook``
writes them as xlsx, ``forms`` recognises a sheet that came back, ``filled`` puts its cells into the canonical tables.
"""
