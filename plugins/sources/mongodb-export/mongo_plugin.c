// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the ABI and the readers: instance, discovery, binding, planning.
#include <stdio.h>

#include <portrait/plugin.h>

#include "mongo_discover.h"
#include "mongo_dump.h"
#include "mongo_reader.h"

#define DOCUMENT_BYTES 250u // usual length, for the row estimate

static void bound_release(struct mongo_instance *in)
{
    pt_mem_free(in->host, in->bound);
    pt_mem_free(in->host, in->slots);
    pt_mem_free(in->host, in->fields);
    mongo_paths_release(&in->paths);
    mongo_table_release(&in->table);
    in->bound = NULL;
    in->slots = NULL;
    in->fields = NULL;
    in->n_bound = 0;
}

static void mongo_destroy(void *self)
{
    struct mongo_instance *in = self;
    if (in != NULL) {
        bound_release(in);
        pt_mem_free(in->host, in);
    }
}

static bool is_name_in(const pt_map *map, const char *name)
{
    for (uint32_t i = 0; i < map->n; i++) {
        if (strcmp(map->keys[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static pt_status mongo_validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct mongo_config *c = config;
    const char *const *paths = c->fields.values;
    char option[160];
    if (c->fields.n > MONGO_COLUMNS_MAX) {
        return pt_fail(host, err, PT_E_CONFIG, "fields", "more than %u columns", MONGO_COLUMNS_MAX);
    }
    for (uint32_t i = 0; i < c->fields.n; i++) {
        const char *fault =
            c->fields.keys[i][0] == '\0' ? "a column without a name" : mongo_path_fault(paths[i]);
        if (fault != NULL) {
            snprintf(option, sizeof option, "fields.%s", c->fields.keys[i]);
            return pt_fail(host, err, PT_E_CONFIG, option, "%s", fault);
        }
    }
    for (uint32_t i = 0; i < c->types.n && c->fields.n > 0; i++) {
        if (!is_name_in(&c->fields, c->types.keys[i])) {
            snprintf(option, sizeof option, "types.%s", c->types.keys[i]);
            return pt_fail(host, err, PT_E_CONFIG, option, "there is no field `%s`",
                           c->types.keys[i]);
        }
    }
    return PT_OK;
}

static pt_status mongo_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    pt_status status = mongo_validate(host, config, err);
    if (status != PT_OK) {
        return status;
    }
    struct mongo_instance *in = pt_mem_zero(host, 1, sizeof *in);
    if (in == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    in->host = host;
    in->config = config;
    *self = in;
    return PT_OK;
}

static pt_status mongo_discover_run(void *self, const pt_discovery *out, pt_error *err)
{
    const struct mongo_instance *in = self;
    return mongo_discover(in->host, in->config, out, err);
}

static pt_status columns_bind(struct mongo_instance *in, const pt_column_list *columns,
                              const char **paths, pt_error *err)
{
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t at = mongo_table_find(&in->table, columns->names[i]);
        if (at == MONGO_COLUMNS_MAX) {
            return pt_fail(in->host, err, PT_E_NOT_FOUND, NULL, "there is no column `%s`",
                           columns->names[i]);
        }
        in->bound[i] = at;
        in->fields[i] = mongo_table_field(&in->table.columns[at]);
        paths[i] = in->table.columns[at].path;
    }
    pt_status status = mongo_paths_build(&in->paths, in->host, paths, columns->n, in->slots);
    in->n_bound = status == PT_OK ? columns->n : 0;
    return status == PT_OK ? PT_OK : pt_fail(in->host, err, status, NULL, "out of memory");
}

static pt_status mongo_bind(void *self, pt_bytes state, const pt_column_list *columns,
                            pt_error *err)
{
    struct mongo_instance *in = self;
    bound_release(in);
    pt_status status = mongo_table_load(&in->table, in->host, state);
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL,
                       status == PT_E_INVALID ? "the state is not of this plugin"
                                              : "out of memory");
    }
    const char **paths = pt_mem_array(in->host, columns->n, sizeof *paths);
    in->bound = pt_mem_array(in->host, columns->n, sizeof *in->bound);
    in->slots = pt_mem_array(in->host, columns->n, sizeof *in->slots);
    in->fields = pt_mem_array(in->host, columns->n, sizeof *in->fields);
    bool has_memory = paths != NULL && in->bound != NULL && in->slots != NULL && in->fields != NULL;
    status = has_memory ? columns_bind(in, columns, paths, err)
                        : pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    pt_mem_free(in->host, paths);
    return status;
}

static pt_status mongo_plan(void *self, const pt_plan_request *request, pt_error *err)
{
    const struct mongo_instance *in = self;
    if (in->table.layout == MONGO_BSON) {
        return mongo_dump_plan(in->host, in->config->path, request, err);
    }
    struct pt_splits_options options = {.bytes_per_row = DOCUMENT_BYTES,
                                        .whole_files = in->table.layout != MONGO_LINES};
    return pt_splits_plan(in->host, in->config->path, &options, request, err);
}

static pt_status mongo_open(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    const struct mongo_instance *in = self;
    struct pt_range range;
    pt_status status = pt_splits_range(in->host, split->data, &range, err);
    return status == PT_OK ? mongo_reader_open(in, &range, run, out, err) : status;
}

static const pt_source_vtable mongo_source = {.struct_size = sizeof(pt_source_vtable),
                                              .create = mongo_create,
                                              .destroy = mongo_destroy,
                                              .discover = mongo_discover_run,
                                              .bind = mongo_bind,
                                              .plan = mongo_plan,
                                              .open = mongo_open};

static const pt_component mongo_component = {
    .struct_size = sizeof(pt_component),
    .kind = PT_KIND_SOURCE,
    .name = "mongodb-export",
    .summary =
        "Documents written by mongoexport or mongodump: Extended JSON v1 and v2, BSON, archives.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct mongo_config),
    .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
    .options = mongo_options,
    .n_options = MONGO_N_OPTIONS,
    .vtable = &mongo_source,
    .validate = mongo_validate};

static const pt_component *const mongo_components[] = {&mongo_component};

static const pt_plugin mongo_plugin = {.struct_size = sizeof(pt_plugin),
                                       .abi_major = PT_ABI_MAJOR,
                                       .abi_minor = PT_ABI_MINOR,
                                       .min_host_minor = 0,
                                       .n_components = 1,
                                       .id = "portrait.mongodb-export",
                                       .version = "0.1.0",
                                       .vendor = "Portrait contributors",
                                       .license = "Apache-2.0",
                                       .summary = "Reads documents exported from MongoDB.",
                                       .components = mongo_components};

PT_PLUGIN(mongo_plugin, "portrait.mongodb-export", 0)
