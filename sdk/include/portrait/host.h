// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The host table: everything a plugin may ask of the host. A plugin links against nothing.
//
// Thread tags: [any] callable from any thread; [instance] only from a thread that is inside a
// callback of the instance the handle belongs to. Every slot inside struct_size is callable; one
// that a host cannot serve answers PT_E_UNSUPPORTED. The table lives as long as the instance that
// got it in create() and the batches it gave.
#ifndef PORTRAIT_HOST_H
#define PORTRAIT_HOST_H

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

typedef struct pt_host pt_host;
typedef struct pt_input pt_input;   // files named by an INPUT option; as long as the instance
typedef struct pt_stream pt_stream; // one open range of one file, until close()
typedef struct pt_writer pt_writer; // where a plugin's bytes go; for one callback
typedef struct pt_reader pt_reader; // where a model's saved bytes come from; for one callback

typedef int32_t pt_log_level;
#define PT_LOG_DEBUG 0
#define PT_LOG_INFO 1
#define PT_LOG_WARN 2
#define PT_LOG_ERROR 3

typedef struct pt_log_field {
    const char *key; // lower case, words joined by _
    const char *value;
} pt_log_field;

// How a file is stored; a host may append more, all of them decompressed by the host.
#define PT_COMPRESSION_NONE 0
#define PT_COMPRESSION_GZIP 1
#define PT_COMPRESSION_ZSTD 2

typedef struct pt_file_info {
    uint32_t struct_size;
    int32_t compression;   // PT_COMPRESSION_*
    const char *path;      // for messages and ids; valid as long as the input
    uint64_t stored_bytes; // size on disk, before decompression
    uint8_t can_split;     // 1: open() accepts any begin; 0: only 0
    uint8_t reserved[7];
} pt_file_info;

// Bytes in. Files are in byte order of their paths; decompression is the host's work. The files of
// an input do not change while it is open: what was added later is not seen.
typedef struct pt_input_api {
    uint32_t struct_size;
    uint32_t reserved;
    // Number of files. [any]
    uint32_t (*count)(const pt_input *input);
    // Facts about file `index`, from 0 to count() - 1; caller sets out->struct_size. [any]
    pt_status (*describe)(const pt_input *input, uint32_t index, pt_file_info *out, pt_error *err);
    // Opens from byte `begin` of file `index` to its end (of the decompressed bytes when the file
    // is compressed; then begin must be 0). At the end it reads as empty, behind the end it is an
    // error. Many streams of one file may be open at once. Close with close(). [any]
    pt_status (*open)(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                      pt_error *err);
    // Reads up to `capacity` bytes (not 0) into `buffer`, perhaps fewer than are left; *size = 0
    // only at the end. A damaged or cut compressed file is PT_E_DATA. [instance: one thread a
    // stream at a time]
    pt_status (*read)(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                      pt_error *err);
    // Accepts NULL. [any]
    void (*close)(pt_stream *stream);
} pt_input_api;

// Bytes out. The host stages, syncs and publishes; a plugin never opens a file.
typedef struct pt_writer_api {
    uint32_t struct_size;
    uint32_t reserved;
    // Appends `size` bytes, or fails; then nothing more is written. [instance]
    pt_status (*write)(pt_writer *writer, const void *data, uint64_t size, pt_error *err);
} pt_writer_api;

// Saved bytes back in: those of a model, exactly as its save() wrote them, or damaged.
typedef struct pt_reader_api {
    uint32_t struct_size;
    uint32_t reserved;
    // Fills `buffer` with exactly `size` bytes, PT_E_DATA when fewer are left. [instance]
    pt_status (*read)(pt_reader *reader, void *buffer, uint64_t size, pt_error *err);
    // Bytes left to read. [instance]
    uint64_t (*remaining)(const pt_reader *reader);
} pt_reader_api;

#define PT_HTTP_ANSWER_DEFAULT (1u << 20) // bytes of an answer's body unless told
#define PT_HTTP_ANSWER_MAX (64u << 20)    // and at most
#define PT_HTTP_BODY_MAX (16u << 20)      // bytes of a request's body
#define PT_HTTP_TIMEOUT_MAX_MS 600000u

// One request. Header i is header_names[i]: header_values[i], text without line breaks; those that
// say where a message ends or whom it is for (Host, Content-Length, Connection ...) are the host's.
typedef struct pt_http_request {
    uint32_t struct_size;
    uint32_t n_headers; // at most 100
    const char *method; // GET HEAD POST PUT PATCH DELETE
    const char *url;    // ASCII, at most 8 KiB, without user and password
    const char *const *header_names;
    const char *const *header_values;
    pt_bytes body;       // empty for GET and HEAD; at most PT_HTTP_BODY_MAX
    uint32_t timeout_ms; // of the whole exchange; 0 = 30 s; at most PT_HTTP_TIMEOUT_MAX_MS
    uint32_t answer_max; // bytes of the answer's body; 0 = PT_HTTP_ANSWER_DEFAULT
} pt_http_request;

typedef struct pt_http_response {
    uint32_t struct_size;
    int32_t status;     // HTTP status; in a sink's verdict() 0 = no answer came
    uint32_t n_headers; // of the last answer, interim ones (1xx) are left out
    uint32_t reserved;
    const char *const *header_names; // lower case
    const char *const *header_values;
    pt_bytes body;
} pt_http_response;

// HTTP of the host, for sources that declare PT_CAP_NETWORK. Which hosts may be called is said by
// the pipeline (`network`), and by the plugin's manifest if it has one; any other is PT_E_DENIED,
// as is http without TLS, or an address that is not public, unless the pipeline allows it.
// Redirects are not followed: they are answers like others. No proxy, no cookies; connections are
// kept and used again.
typedef struct pt_http_api {
    uint32_t struct_size;
    uint32_t reserved;
    // Carries out one exchange: blocks until the whole answer is there, at most timeout_ms, and
    // ends within 100 ms when the run is stopped (PT_E_CANCELLED). PT_OK whatever the status is.
    // PT_E_NETWORK when no whole answer came, retryable but for a bad certificate; PT_E_LIMIT for
    // an answer longer than asked for; PT_E_INVALID for a request that cannot be sent as it is.
    // Messages name the server, never path, query or headers. Give *out back by release(). [any]
    pt_status (*exchange)(const pt_host *host, const pt_http_request *request,
                          const pt_http_response **out, pt_error *err);
    // Frees a response of exchange(); NULL is fine. [any]
    void (*release)(const pt_host *host, const pt_http_response *response);
} pt_http_api;

struct pt_host {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor; // of the host: may be below or above the plugin's
    void *ctx;          // the host's own
    uint32_t cpu;       // PT_CPU_*: the highest level a kernel may use
    uint32_t reserved;

    // Writes one line with at most 16 fields to the run's log; texts are copied, secrets that the
    // host knows are hidden. [any]
    void (*log)(const pt_host *host, pt_log_level level, const char *message,
                const pt_log_field *fields, uint32_t n_fields);
    // Stores what went wrong and returns `code`, so that `return host->error_set(...)` reads well.
    // `message` is copied (the first 1,023 bytes at least); `option` is the path of an option
    // (`columns[0].begin`) or NULL; retryable = 1: the same call may succeed later; err may be
    // NULL. A code outside of PT_E_* becomes PT_E_INTERNAL. [any]
    pt_status (*error_set)(pt_error *err, pt_status code, const char *message, const char *option,
                           uint8_t retryable);
    // The host's memory, aligned for any type of C, not cleared; size 0 gives a pointer as well.
    // NULL when the host has none to give, because memory is out or a limit is reached that the
    // operator or the isolation sets: then fail with PT_E_NO_MEMORY. There is no budget of one
    // instance. A plugin may use its own allocator, which no limit but the system's knows. What
    // was allocated is freed by `free` (NULL is fine), in any thread, by this instance. [any]
    void *(*alloc)(const pt_host *host, uint64_t size);
    // As realloc of C: `memory` may be NULL, and stays as it is when NULL comes back. [any]
    void *(*realloc)(const pt_host *host, void *memory, uint64_t size);
    // [any]
    void (*free)(const pt_host *host, void *memory);
    // Bytes of the secret behind a handle of the instance's config, without NUL, valid until the
    // instance is destroyed. Never log, save or pass them on. PT_E_INVALID or PT_E_DENIED for a
    // handle that no option of the instance has. [any]
    pt_status (*secret_get)(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err);
    // Milliseconds since 1970 UTC. A run's clock may be fixed by the operator and then stand
    // still: it is for what is written, not for measuring. [any]
    int64_t (*now_ms)(const pt_host *host);
    // 1 once the run was asked to stop: return PT_E_CANCELLED soon (within 100 ms). Cheap. [any]
    uint8_t (*cancelled)(const pt_host *host);
    // Absolute path of a private folder, made on first use, removed with all that is in it at the
    // end of the run; the text lives as long. PT_E_UNSUPPORTED where there is none. [any]
    pt_status (*temp_dir)(const pt_host *host, const char **path, pt_error *err);

    const pt_input_api *input;
    const pt_writer_api *writer;
    const pt_reader_api *reader;
    const pt_http_api *http;

    // A host capability by id ("name/revision"): a table whose shape the id's header tells, which
    // lives as long as the host's; NULL when there is none of that id. This version has none. [any]
    const void *(*get_extension)(const pt_host *host, const char *id);
};

PT_EXTERN_C_END

#endif
