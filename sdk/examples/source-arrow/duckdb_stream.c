// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A query's answer as an ArrowArrayStream, from DuckDB's C interface
// (https://duckdb.org/docs/stable/clients/c/api, section Arrow Interface). The library is opened
// when it is needed, so that the plugin builds and loads without it.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "given_stream.h"

// Its slots, by their names. State 0 is success.
struct api {
    int (*duckdb_open)(const char *path, void **database);
    int (*duckdb_connect)(void *database, void **connection);
    int (*duckdb_query_arrow)(void *connection, const char *query, void **result);
    int (*duckdb_query_arrow_schema)(void *result, struct ArrowSchema **schema);
    int (*duckdb_query_arrow_array)(void *result, struct ArrowArray **array);
    const char *(*duckdb_query_arrow_error)(void *result);
    void (*duckdb_destroy_arrow)(void **result);
    void (*duckdb_disconnect)(void **connection);
    void (*duckdb_close)(void **database);
};

struct slot {
    const char *name;
    size_t offset;
};

#define SLOT(name) {#name, offsetof(struct api, name)}
static const struct slot slots[] = {
    SLOT(duckdb_open),
    SLOT(duckdb_connect),
    SLOT(duckdb_query_arrow),
    SLOT(duckdb_query_arrow_schema),
    SLOT(duckdb_query_arrow_array),
    SLOT(duckdb_query_arrow_error),
    SLOT(duckdb_destroy_arrow),
    SLOT(duckdb_disconnect),
    SLOT(duckdb_close),
};

struct answer {
    struct api api;
    void *database;
    void *connection;
    void *result;
};

static void answer_free(struct answer *a)
{
    if (a->result != NULL) {
        a->api.duckdb_destroy_arrow(&a->result);
    }
    if (a->connection != NULL) {
        a->api.duckdb_disconnect(&a->connection);
    }
    if (a->database != NULL) {
        a->api.duckdb_close(&a->database);
    }
    free(a);
}

// The library stays in the process: others may use it.
static _Bool load(const char *path, struct api *api, char *message)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(message, GIVEN_MESSAGE, "cannot load the library: %s", dlerror());
        return 0;
    }
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        void *found = dlsym(library, slots[i].name);
        if (found == NULL) {
            snprintf(message, GIVEN_MESSAGE, "%s has no %s", path, slots[i].name);
            return 0;
        }
        memcpy((char *)api + slots[i].offset, &found, sizeof found);
    }
    return 1;
}

static _Bool ask(struct answer *a, const struct given_request *request, char *message)
{
    if (a->api.duckdb_open(request->database, &a->database) != 0) {
        snprintf(message, GIVEN_MESSAGE, "cannot open the database %s", request->database);
        return 0;
    }
    if (a->api.duckdb_connect(a->database, &a->connection) != 0) {
        snprintf(message, GIVEN_MESSAGE, "cannot connect to %s", request->database);
        return 0;
    }
    if (a->api.duckdb_query_arrow(a->connection, request->query, &a->result) != 0) {
        const char *why = a->result == NULL ? NULL : a->api.duckdb_query_arrow_error(a->result);
        snprintf(message, GIVEN_MESSAGE, "the query fails: %s", why == NULL ? "unknown" : why);
        return 0;
    }
    return 1;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct answer *a = stream->private_data;
    memset(out, 0, sizeof *out);
    return a->api.duckdb_query_arrow_schema(a->result, &out) == 0 ? 0 : 1;
}

// At the end DuckDB leaves the array released, as the interface asks.
static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct answer *a = stream->private_data;
    memset(out, 0, sizeof *out);
    return a->api.duckdb_query_arrow_array(a->result, &out) == 0 ? 0 : 1;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    struct answer *a = stream->private_data;
    return a->api.duckdb_query_arrow_error(a->result);
}

static void release(struct ArrowArrayStream *stream)
{
    answer_free(stream->private_data);
    stream->release = NULL;
}

_Bool given_stream_open(const struct given_request *request, struct ArrowArrayStream *out,
                        char *message)
{
    struct answer *a = calloc(1, sizeof *a);
    if (a == NULL) {
        snprintf(message, GIVEN_MESSAGE, "no memory");
        return 0;
    }
    if (!load(request->library, &a->api, message)) {
        free(a);
        return 0;
    }
    if (!ask(a, request, message)) {
        answer_free(a);
        return 0;
    }
    *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release, a};
    return 1;
}
