"""Rebuilds the object of an ExtractStream from its events, with the stubs that grpcio-tools generates.

partial = PartialObject()
for event in stub.ExtractStream(request):
    print(partial.apply(event))
"""

import json


class PartialObject:
    def __init__(self):
        self.value = None
        self._path = ""

    def apply(self, event):
        """The value after one more event: what is in it is valid, what is missing may still come."""
        if event.HasField("started"):
            self.value = None
        for op in event.delta.ops:
            if op.HasField("path"):
                self._path = op.path
            kind = op.WhichOneof("op")
            if kind == "set_json":
                self._put(json.loads(op.set_json))
            elif kind == "append_text":
                self._put(self._at(self._tokens()) + op.append_text)
            elif kind == "append_json":
                self._at(self._tokens()).append(json.loads(op.append_json))
        return self.value

    def _tokens(self):
        return [token.replace("~1", "/").replace("~0", "~") for token in self._path.split("/")[1:]]

    def _at(self, tokens):
        node = self.value
        for token in tokens:
            node = node[int(token) if isinstance(node, list) else token]
        return node

    def _put(self, value):
        if not self._path:
            self.value = value
            return
        *parents, last = self._tokens()
        node = self._at(parents)
        node[int(last) if isinstance(node, list) else last] = value
