// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "model_bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml_reader.h"

static _Noreturn void die(const char *what, const struct pt_error *err)
{
    fprintf(stderr, "model bench: %s: %s\n", what, err == NULL ? "" : err->message);
    abort();
}

static void open_registry(struct model_bench *b, const char *component)
{
    struct pt_error err = ERROR_INIT;
    const char *build = getenv("PORTRAIT_BUILD");
    if (build == NULL) {
        die("PORTRAIT_BUILD is not set", NULL);
    }
    struct registry_folder folder = {arena_printf(&b->arena, "%s/plugins", build), false};
    if (registry_open(&folder, 1, &b->registry, &err) != PT_OK) {
        die("registry", &err);
    }
    b->component = registry_find(b->registry, PT_KIND_MODEL, component, &err);
    if (b->component == NULL) {
        die(component, &err);
    }
}

static void fill_config(struct model_bench *b, const char *with)
{
    struct node *node = NULL;
    if (yaml_read(&b->arena, "with", text_of(with), &b->diags, &node) != PT_OK) {
        die("the options are no YAML", NULL);
    }
    struct config_request request = {
        .component = b->component,
        .with = node,
        .owner = "model",
        .host = &b->host,
    };
    config_fill(&request, &b->diags, &b->config);
}

static void open_all(struct model_bench *b, const char *component, const char *with)
{
    *b = (struct model_bench){0};
    host_table_init(&b->host, NULL);
    open_registry(b, component);
    fill_config(b, with);
}

void bench_open(struct model_bench *b, const char *component, const char *with, uint32_t threads)
{
    struct pt_error err = ERROR_INIT;
    open_all(b, component, with);
    if (b->config == NULL) {
        diags_print(&b->diags, stderr, false);
        die("the options are refused", NULL);
    }
    if (pool_new(threads, &b->pool, &err) != PT_OK) {
        die("pool", &err);
    }
}

void bench_close(struct model_bench *b)
{
    config_free(b->config);
    pool_free(b->pool);
    registry_free(b->registry);
    diags_release(&b->diags);
    arena_release(&b->arena);
}

const char *bench_fault(const char *component, const char *with)
{
    static char code[8];
    struct model_bench b;
    open_all(&b, component, with);
    code[0] = '\0';
    if (b.config == NULL && b.diags.n > 0) {
        snprintf(code, sizeof code, "%s", b.diags.items[0].code);
    }
    bench_close(&b);
    return code;
}

static bool is_left_out(const char *name, const char *const *left_out)
{
    for (; left_out != NULL && *left_out != NULL; left_out++) {
        if (strcmp(name, *left_out) == 0) {
            return true;
        }
    }
    return false;
}

struct learn_spec bench_spec(struct model_bench *b, const struct table *t, const char *label,
                             const char *const *left_out)
{
    struct learn_input *inputs = arena_zero(&b->arena, t->n_columns, sizeof *inputs);
    size_t n = 0;
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct column *c = &t->columns[i];
        if (!is_left_out(c->name, left_out) && (label == NULL || strcmp(c->name, label) != 0)) {
            inputs[n++] = (struct learn_input){.name = c->name, .type = c->type};
        }
    }
    return (struct learn_spec){
        .name = "m",
        .plugin = b->component,
        .config = config_struct(b->config),
        .host = &b->host,
        .inputs = inputs,
        .n_inputs = n,
        .label = label,
        .seed = 7,
        .pool = b->pool,
    };
}

struct learned *bench_fit(const struct learn_spec *spec, const struct table *t)
{
    struct pt_error err = ERROR_INIT;
    struct learned *m = NULL;
    if (learn_fit(spec, t, &m, &err) != PT_OK) {
        die("learn_fit", &err);
    }
    return m;
}

struct json *bench_report(const struct learned *m)
{
    struct pt_error err = ERROR_INIT;
    struct str text = {0};
    struct json_writer w = json_writer_of(&text, false);
    struct json *root = NULL;
    if (learned_report(m, &w, &err) != PT_OK || json_parse(str_view(&text), &root, &err) != PT_OK) {
        die("report", &err);
    }
    str_release(&text);
    return root;
}

static const struct json *follow(const struct json *at, va_list path)
{
    for (const char *step = va_arg(path, const char *); step != NULL;
         step = va_arg(path, const char *)) {
        at = json_is_array(at) ? json_at(at, strtoul(step, NULL, 10)) : json_get(at, step);
        if (at == NULL) {
            die(step, NULL);
        }
    }
    return at;
}

double bench_number(const struct json *root, ...)
{
    va_list path;
    va_start(path, root);
    double value = 0;
    const struct json *at = follow(root, path);
    va_end(path);
    if (!json_f64(at, &value)) {
        die("not a number", NULL);
    }
    return value;
}

const char *bench_text(const struct json *root, ...)
{
    va_list path;
    va_start(path, root);
    const char *text = json_text(follow(root, path));
    va_end(path);
    if (text == NULL) {
        die("not a text", NULL);
    }
    return text;
}

double *bench_column(struct table *t, const char *name)
{
    struct column *c = table_add(t, name, VEC_F64, false);
    if (c == NULL) {
        die("no column", NULL);
    }
    return c->f;
}

uint8_t *bench_every_fifth(struct model_bench *b, size_t n)
{
    uint8_t *mask = arena_zero(&b->arena, n, 1);
    for (size_t i = 0; i < n; i += 5) {
        mask[i] = 1;
    }
    return mask;
}

const char *bench_data(struct model_bench *b, const char *name)
{
    const char *folder = getenv("PORTRAIT_DATA");
    if (folder == NULL) {
        die("PORTRAIT_DATA is not set", NULL);
    }
    return arena_printf(&b->arena, "%s/%s", folder, name);
}

bool bench_near(double value, double wanted, double relative)
{
    bool is_near = fabs(value - wanted) <= relative * fabs(wanted);
    if (!is_near) {
        fprintf(stderr, "%.12g is not within %g of %.12g\n", value, relative, wanted);
    }
    return is_near;
}
