// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The host a source sees in the tests: counted memory with a fault switch and files in memory.
#include "harness_inner.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <portrait/host.h>

_Noreturn void harness_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("harness: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void *harness_grow(void *p, uint64_t bytes)
{
    void *q = realloc(p, bytes == 0 ? 1 : bytes);
    if (q == NULL) {
        harness_die("out of memory");
    }
    return q;
}

char *harness_text(const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(harness_grow(NULL, n), text, n);
}

static bool host_fails(struct harness_host *h)
{
    uint64_t call = atomic_fetch_add(&h->calls, 1) + 1;
    uint64_t at = atomic_load(&h->fail_at);
    return at != 0 && (call == at || (call > at && atomic_load(&h->fails_on)));
}

static void *host_alloc(const pt_host *host, uint64_t size)
{
    struct harness_host *h = host->ctx;
    if (host_fails(h)) {
        return NULL;
    }
    void *p = malloc(size);
    if (p != NULL) {
        memset(p, 0xa5, size < 4096 ? size : 4096);
        atomic_fetch_add(&h->live, 1);
    }
    return p;
}

static void *host_realloc(const pt_host *host, void *memory, uint64_t size)
{
    struct harness_host *h = host->ctx;
    if (memory == NULL) {
        return host_alloc(host, size);
    }
    return host_fails(h) ? NULL : realloc(memory, size);
}

static void host_free(const pt_host *host, void *memory)
{
    struct harness_host *h = host->ctx;
    if (memory != NULL) {
        atomic_fetch_sub(&h->live, 1);
        free(memory);
    }
}

static void host_log(const pt_host *host, pt_log_level level, const char *message,
                     const pt_log_field *fields, uint32_t n_fields)
{
    (void)host;
    (void)fields;
    (void)n_fields;
    if (level >= PT_LOG_ERROR) {
        fprintf(stderr, "plugin: %s\n", message);
    }
}

static pt_status host_error_set(pt_error *err, pt_status code, const char *message,
                                const char *option, uint8_t retryable)
{
    (void)retryable;
    if (err != NULL) {
        err->code = code;
        snprintf(err->message, sizeof err->message, "%s", message);
        snprintf(err->option, sizeof err->option, "%s", option == NULL ? "" : option);
    }
    return code;
}

static pt_status host_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    (void)host;
    (void)handle;
    (void)out;
    return host_error_set(err, PT_E_UNSUPPORTED, "no secrets here", NULL, 0);
}

static int64_t host_now(const pt_host *host)
{
    (void)host;
    return INT64_C(1748736000000);
}

static uint8_t host_cancelled(const pt_host *host)
{
    (void)host;
    return 0;
}

static pt_status host_temp_dir(const pt_host *host, const char **path, pt_error *err)
{
    (void)host;
    (void)path;
    return host_error_set(err, PT_E_UNSUPPORTED, "no temporary folder here", NULL, 0);
}

static const void *host_extension(const pt_host *host, const char *id)
{
    (void)host;
    (void)id;
    return NULL;
}

struct pt_stream {
    const struct input_file *file;
    const uint64_t *read_limit;
    uint64_t at;
};

static uint32_t input_count(const pt_input *input)
{
    return input->n;
}

static pt_status input_describe(const pt_input *input, uint32_t index, pt_file_info *out,
                                pt_error *err)
{
    if (index >= input->n || out->struct_size < sizeof *out) {
        return host_error_set(err, PT_E_INVALID, "describe: bad call", NULL, 0);
    }
    const struct input_file *f = &input->files[index];
    out->compression = f->is_compressed ? PT_COMPRESSION_GZIP : PT_COMPRESSION_NONE;
    out->path = f->path;
    out->stored_bytes = f->size;
    out->can_split = f->is_compressed ? 0 : 1;
    return PT_OK;
}

static pt_status input_open(const pt_input *input, uint32_t index, uint64_t begin, pt_stream **out,
                            pt_error *err)
{
    if (index >= input->n || (input->files[index].is_compressed && begin != 0)) {
        return host_error_set(err, PT_E_INVALID, "open: bad call", NULL, 0);
    }
    struct pt_stream *s = harness_grow(NULL, sizeof *s);
    *s = (struct pt_stream){&input->files[index], input->read_limit, begin};
    s->at = begin > s->file->size ? s->file->size : begin;
    *out = s;
    return PT_OK;
}

static pt_status input_read(pt_stream *s, void *buffer, uint64_t capacity, uint64_t *size,
                            pt_error *err)
{
    (void)err;
    uint64_t left = s->file->size - s->at;
    uint64_t n = left < capacity ? left : capacity;
    if (*s->read_limit != 0 && n > *s->read_limit) {
        n = *s->read_limit;
    }
    if (n > 0) {
        memcpy(buffer, s->file->data + s->at, n);
    }
    s->at += n;
    *size = n;
    return PT_OK;
}

static void input_close(pt_stream *stream)
{
    free(stream);
}

static const pt_input_api input_api = {.struct_size = sizeof(pt_input_api),
                                       .count = input_count,
                                       .describe = input_describe,
                                       .open = input_open,
                                       .read = input_read,
                                       .close = input_close};

uint32_t harness_cpu_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi2");
    bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (has_avx2) {
        return has_avx512 ? PT_CPU_AVX512 : PT_CPU_AVX2;
    }
#endif
    return PT_CPU_BASELINE;
}

void host_init(struct harness_host *host)
{
    host->table = (pt_host){.struct_size = sizeof(pt_host),
                            .abi_major = PT_ABI_MAJOR,
                            .abi_minor = PT_ABI_MINOR,
                            .ctx = host,
                            .cpu = harness_cpu_best(),
                            .log = host_log,
                            .error_set = host_error_set,
                            .alloc = host_alloc,
                            .realloc = host_realloc,
                            .free = host_free,
                            .secret_get = host_secret,
                            .now_ms = host_now,
                            .cancelled = host_cancelled,
                            .temp_dir = host_temp_dir,
                            .input = &input_api,
                            .get_extension = host_extension};
}

struct pt_input *input_new(const uint64_t *read_limit)
{
    struct pt_input *input = harness_grow(NULL, sizeof *input);
    *input = (struct pt_input){.read_limit = read_limit};
    return input;
}

void input_free(struct pt_input *input)
{
    if (input == NULL) {
        return;
    }
    for (uint32_t i = 0; i < input->n; i++) {
        free(input->files[i].path);
        free(input->files[i].data);
    }
    free(input->files);
    free(input);
}

static struct input_file *input_slot(struct pt_input *input, const char *path)
{
    input->files = harness_grow(input->files, ((uint64_t)input->n + 1) * sizeof *input->files);
    struct input_file *f = &input->files[input->n++];
    *f = (struct input_file){.path = harness_text(path)};
    return f;
}

void input_add_bytes(struct pt_input *input, const char *name, const void *data, uint64_t size)
{
    struct input_file *f = input_slot(input, name);
    f->data = harness_grow(NULL, size);
    f->size = size;
    if (size > 0) {
        memcpy(f->data, data, size);
    }
}

void input_add_file(struct pt_input *input, const char *path)
{
    struct input_file *f = input_slot(input, path);
    size_t n = strlen(path);
    f->is_compressed = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    gzFile in = gzopen(path, "rb"); // reads plain files as they are
    if (in == NULL) {
        harness_die("cannot open %s", path);
    }
    uint64_t capacity = 0;
    for (;;) {
        if (capacity - f->size < 65536) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            f->data = harness_grow(f->data, capacity);
        }
        uint64_t room = capacity - f->size;
        int got = gzread(in, f->data + f->size, room > (1u << 30) ? 1u << 30 : (unsigned)room);
        if (got < 0) {
            harness_die("cannot read %s", path);
        }
        if (got == 0) {
            break;
        }
        f->size += (uint64_t)got;
    }
    gzclose(in);
    f->data = harness_grow(f->data, f->size); // so that reading past the end is seen
}
