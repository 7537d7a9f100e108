// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the files of the source harness share.
#ifndef HARNESS_INNER_H
#define HARNESS_INNER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <portrait/arrow.h>

#include "source_harness.h"

struct pt_error {
    pt_status code;
    char option[128];
    char message[1024];
};

struct input_file {
    char *path;
    uint8_t *data;
    uint64_t size;
    bool is_compressed;
};

struct pt_input {
    struct input_file *files;
    uint32_t n;
    const uint64_t *read_limit;
};

struct harness_host {
    pt_host table;
    atomic_uint_fast64_t calls;
    atomic_uint_fast64_t fail_at;
    atomic_bool fails_on;
    atomic_int_fast64_t live;
};

struct harness {
    struct harness_host host;
    const pt_component *component;
    uint8_t *config;
    uint64_t read_limit;
    struct pt_error error;
    void **owned; // blocks behind the config
    uint32_t n_owned;
};

void host_init(struct harness_host *host);
_Noreturn void harness_die(const char *format, ...) PT_PRINTF(1, 2);
void *harness_grow(void *p, uint64_t bytes); // realloc that ends the process
char *harness_text(const char *text);
void *harness_own(struct harness *h, uint64_t bytes); // zeroed; freed with the harness

struct pt_input *input_new(const uint64_t *read_limit);
void input_free(struct pt_input *input);
void input_add_file(struct pt_input *input, const char *path);
void input_add_bytes(struct pt_input *input, const char *name, const void *data, uint64_t size);

void config_defaults(struct harness *h, const pt_option *const *rows, uint32_t n, uint8_t *base);
void config_release(struct harness *h, const pt_option *const *rows, uint32_t n, uint8_t *base);

// Checks a batch against the Arrow layout and the schema; NULL when it is right, else what is not.
const char *arrow_fault(const struct ArrowSchema *schema, const struct ArrowArray *array);

// Appends the row as text.
struct text_buffer {
    char *p;
    uint64_t n;
    uint64_t capacity;
};

void text_add(struct text_buffer *t, const char *format, ...) PT_PRINTF(2, 3);
void text_bytes(struct text_buffer *t, const void *data, uint64_t n);
void arrow_row(const struct ArrowSchema *schema, const struct ArrowArray *batch, int64_t row,
               struct text_buffer *out);
void arrow_describe(const struct ArrowSchema *schema, struct text_buffer *out);

#endif
