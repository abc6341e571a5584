/* The C ABI between extractd and its plug-ins: shared objects that add dialects (wire protocols of
 * providers), modes (ways of asking for JSON) and providers (rows of facts).
 *
 * A plug-in exports one function, extractd_plugin_get, which returns a table of what it adds.
 * Strings go in and strings come out; everything structured is JSON, whose forms docs/plugins.md
 * describes. The example in examples/plugin/ is complete.
 *
 * Ownership. What the host passes belongs to the host and is gone when the function returns. What
 * the plug-in's table points to belongs to the plug-in and stays unchanged until the process ends:
 * plug-ins are never unloaded. Output is copied before `write` returns, so nothing is ever freed
 * across the border.
 *
 * Threads. extractd_plugin_get is called once, before anything is served. The functions of the
 * table are called from several threads at once, also with the same `self`; those of one stream one
 * after another.
 *
 * Time. They run on the loops that serve all calls: they must not block, and do no I/O. The host
 * sends the requests.
 *
 * Failure. A function returns 0 if it did its work. Anything else is a failure, and what it wrote
 * is a sentence on it, which callers may read: never a key or text of a prompt. Functions don't
 * throw.
 *
 * Versions. EXTRACTD_PLUGIN_ABI changes whenever anything below changes; a plug-in of another ABI
 * is refused. `abi` is the first member of the table in every version.
 */
#ifndef EXTRACTD_PLUGIN_H_
#define EXTRACTD_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXTRACTD_PLUGIN_ABI 2u

/* UTF-8 text unless said otherwise; no NUL at its end. */
typedef struct extractd_text {
  const char* data;
  size_t size;
} extractd_text;

/* Where a function writes to; each call adds to the end. Not 0: the host takes no more, and the
 * function should fail. */
typedef struct extractd_output {
  int (*write)(struct extractd_output* output, const char* data, size_t size);
} extractd_output;

/* How the body of a streamed reply is cut into events. */
typedef enum extractd_framing {
  EXTRACTD_FRAMING_EVENT_STREAM = 0, /* server-sent events */
  EXTRACTD_FRAMING_JSON_LINES = 1,
  EXTRACTD_FRAMING_JSON_ARRAY = 2,      /* an event is an element of the array */
  EXTRACTD_FRAMING_AWS_EVENT_STREAM = 3 /* of which the payload of each message */
} extractd_framing;

typedef struct extractd_dialect {
  /* 1 to 64 of a-z 0-9 _; no other dialect has it. */
  const char* name;
  void* self;
  /* Writes the body of the HTTP request, a JSON object, for `request`. The host adds address,
   * headers and key, and merges members that rows and callers ask for. */
  int (*encode)(void* self, extractd_text request, extractd_output* body);
  /* Reads the body of a reply, which may be any bytes: empty, cut, HTML or hostile. Writes what it
   * means. */
  int (*decode)(void* self, int http_status, extractd_text body, extractd_output* meaning);

  /* Streams: replies of status 200 to requests that say so. Without stream_read there are none, and
   * replies come whole. */
  int32_t framing; /* an extractd_framing */
  /* What the plug-in keeps of one stream, which stream_end frees. NULL: it cannot be begun. Both or
   * neither: without them, stream_read gets `self` for `stream`. */
  void* (*stream_begin)(void* self);
  void (*stream_end)(void* stream);
  /* Reads one event: the name of its type, where the framing has one, and its data, which may be any
   * bytes. Writes what it adds to the reply, or nothing. */
  int (*stream_read)(
      void* stream, extractd_text name, extractd_text data, extractd_output* added
  );
} extractd_dialect;

/* Where the answer of a mode stands, and what the provider is asked for. */
typedef enum extractd_answer {
  EXTRACTD_ANSWER_TEXT = 0,        /* in the text; nothing is asked of the provider */
  EXTRACTD_ANSWER_JSON_OBJECT = 1, /* in the text, which the provider promises to be JSON */
  EXTRACTD_ANSWER_TOOL = 2         /* in the arguments of a forced call of one tool */
} extractd_answer;

typedef struct extractd_mode {
  /* 1 to 64 of A-Z 0-9 _; no other mode has it. */
  const char* name;
  /* One sentence, for people. */
  const char* description;
  void* self;
  int32_t answer; /* an extractd_answer */
  /* What the model is told; {schema} stands for the JSON Schema and {outline} for a short form of
   * it. NULL with EXTRACTD_ANSWER_TOOL only. */
  const char* instruction;
  /* What it is told of an answer that is not valid; {issues} stands for the list of what is wrong.
   * NULL: the host's own words. */
  const char* correction;
  /* Finds the answer within the text of the reply: bytes from `begin` to before `end`. Not 0: there
   * is none, and the model is told so. NULL: the host looks for it. Not with EXTRACTD_ANSWER_TOOL.
   */
  int (*find)(void* self, extractd_text reply, size_t* begin, size_t* end);
} extractd_mode;

typedef struct extractd_plugin {
  uint32_t abi; /* EXTRACTD_PLUGIN_ABI */
  /* 1 to 64 printable ASCII characters each. */
  const char* name;
  const char* version;
  const extractd_dialect* dialects;
  size_t dialect_count;
  const extractd_mode* modes;
  size_t mode_count;
  /* Providers, as a file of the folder providers.d has them (YAML). NULL: none. */
  const char* providers;
} extractd_plugin;

/* `host_abi`: EXTRACTD_PLUGIN_ABI of the host, for plug-ins that serve several. NULL: the plug-in
 * cannot serve this host. */
typedef const extractd_plugin* (*extractd_plugin_get_function)(uint32_t host_abi);

#if defined(__GNUC__)
#define EXTRACTD_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define EXTRACTD_PLUGIN_EXPORT
#endif

EXTRACTD_PLUGIN_EXPORT const extractd_plugin* extractd_plugin_get(uint32_t host_abi);

#ifdef __cplusplus
}
#endif

#endif /* EXTRACTD_PLUGIN_H_ */
