// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "config_filled.h"
// YAML texts against the option rows of a real plugin, whose struct is read as the plugin would.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"
#include "mem.h"

struct registry *registry;
int one_input;
int another_input;

// What a test's run knows: files, secrets 7 and 8, columns city and age, expressions without "!!".
static pt_status find_input(void *ctx, const char *pattern, pt_input **out, struct pt_error *err)
{
    (void)ctx;
    if (strncmp(pattern, "missing", 7) == 0) {
        FAIL(err, PT_E_NOT_FOUND, "no file matches %s", pattern);
    }
    *out = (pt_input *)(void *)(strcmp(pattern, "one.csv") == 0 ? &one_input : &another_input);
    return PT_OK;
}

static pt_status find_secret(void *ctx, const char *name, uint32_t *out, struct pt_error *err)
{
    (void)ctx;
    if (strcmp(name, "hook_key") != 0 && strcmp(name, "binary") != 0) {
        FAIL(err, PT_E_NOT_FOUND, "no secret is named %s", name);
    }
    *out = strcmp(name, "hook_key") == 0 ? 7 : 8;
    return PT_OK;
}

static pt_status find_column(void *ctx, const char *name, struct pt_error *err)
{
    (void)ctx;
    if (strcmp(name, "city") == 0 || strcmp(name, "age") == 0) {
        return PT_OK;
    }
    error_set(err, PT_E_NOT_FOUND, "no column is named `%s`", name);
    snprintf(err->hint, sizeof err->hint, "did you mean `city`?");
    return PT_E_NOT_FOUND;
}

static pt_status check_expr(void *ctx, const char *text, struct pt_error *err)
{
    (void)ctx;
    const char *bad = strstr(text, "!!");
    if (bad == NULL) {
        return PT_OK;
    }
    error_set(err, PT_E_CONFIG, "unexpected `!!`");
    err->column = (uint32_t)(bad - text) + 1;
    err->length = 2;
    return PT_E_CONFIG;
}

static pt_status get_secret(const pt_host *host, uint32_t handle, pt_bytes *out, pt_error *err)
{
    (void)host;
    (void)err;
    *out = handle == 7 ? (pt_bytes){(const uint8_t *)"hunter2", 7}
                       : (pt_bytes){(const uint8_t *)"\0\1", 2};
    return PT_OK;
}

const struct config_services services = {NULL, find_input, find_secret, find_column, check_expr};

void fill_with(struct filled *f, const char *yaml, const struct config_services *with,
               bool has_host)
{
    struct node *node = NULL;
    pt_host host;
    *f = (struct filled){0};
    host_table_init(&host, NULL);
    host.secret_get = get_secret;
    f->diags.source_file = "p.yaml";
    f->diags.source = text_of(yaml);
    f->status = yaml_read(&f->arena, "p.yaml", text_of(yaml), &f->diags, &node);
    if (f->status != PT_OK) {
        return;
    }
    struct config_request request = {
        .component = registry_find(registry, PT_KIND_SOURCE, "abi-source", NULL),
        .with = node,
        .at = {.file = "p.yaml", .line = 99, .column = 3, .length = 4},
        .owner = OWNER,
        .services = with,
        .host = has_host ? &host : NULL,
    };
    f->status = config_fill(&request, &f->diags, &f->config);
    f->c = f->config == NULL ? NULL : config_struct(f->config);
    assert_int_equal(f->status == PT_OK, f->config != NULL);
}

void fill(struct filled *f, const char *yaml)
{
    fill_with(f, yaml, &services, true);
}

void release(struct filled *f)
{
    config_free(f->config);
    diags_release(&f->diags);
    arena_release(&f->arena);
}

void show(const struct filled *f)
{
    for (size_t i = 0; i < f->diags.n; i++) {
        const struct diag *d = &f->diags.items[i];
        print_error("%u:%u+%u %s %s | %s\n", d->at.line, d->at.column, d->at.length, d->code,
                    d->message, d->hint == NULL ? "" : d->hint);
    }
}

static bool is_as_expected(const struct diag *d, const struct expected *e)
{
    return strcmp(d->code, e->code) == 0 && d->at.line == e->line && d->at.column == e->column &&
           strcmp(d->at.file, "p.yaml") == 0 &&
           (e->message == NULL || strcmp(d->message, e->message) == 0) &&
           (e->hint == NULL || (d->hint != NULL && strcmp(d->hint, e->hint) == 0));
}

void expect_faults(const char *yaml, const struct expected *expected, size_t n)
{
    struct filled f;
    fill(&f, yaml);
    diags_sort(&f.diags);
    bool is_fine = f.status == PT_E_CONFIG && f.diags.n == n;
    for (size_t i = 0; is_fine && i < n; i++) {
        is_fine = is_as_expected(&f.diags.items[i], &expected[i]);
    }
    if (!is_fine) {
        show(&f);
        fail_msg("for %s", yaml);
    }
    release(&f);
}

void expect_fault(const char *yaml, struct expected expected)
{
    expect_faults(yaml, &expected, 1);
}

void expect_fine(struct filled *f, const char *yaml)
{
    fill(f, yaml);
    if (f->status != PT_OK || f->diags.n != 0) {
        show(f);
        fail_msg("for %s", yaml);
    }
}

const char *text_in(pt_list list, uint32_t i)
{
    assert_true(i < list.n);
    assert_int_equal(list.elem_size, sizeof(const char *));
    return ((const char *const *)list.items)[i];
}

int open_registry(void **state)
{
    (void)state;
    registry = fixture_registry();
    return 0;
}

int close_registry(void **state)
{
    (void)state;
    registry_free(registry);
    return mem_live_blocks() == 0 ? 0 : -1;
}
