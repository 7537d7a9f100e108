// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the ABI and the parts: instance, binding, descriptor.
#include <portrait/plugin.h>

#include "csv_instance.h"

static void csv_destroy(void *self)
{
    struct csv_instance *in = self;
    if (in == NULL) {
        return;
    }
    csv_layout_release(&in->layout);
    pt_mem_free(in->host, in->bound);
    pt_mem_free(in->host, in->fields);
    pt_mem_free(in->host, in);
}

static pt_status csv_create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    pt_status status = csv_config_check(host, config, err);
    if (status != PT_OK) {
        return status;
    }
    struct csv_instance *in = pt_mem_zero(host, 1, sizeof *in);
    if (in == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    in->host = host;
    in->config = config;
    in->nulls = csv_nulls_of(&in->config->nulls);
    in->numbers.decimal = in->config->decimal == 0 ? '.' : ',';
    in->numbers.thousands = (uint8_t)csv_thousands[in->config->thousands];
    *self = in;
    return PT_OK;
}

static pt_status csv_validate(const pt_host *host, const void *config, pt_error *err)
{
    return csv_config_check(host, config, err);
}

static pt_status csv_source_discover(void *self, const pt_discovery *out, pt_error *err)
{
    return csv_discover(self, out, err);
}

static pt_status csv_bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct csv_instance *in = self;
    csv_layout_release(&in->layout);
    pt_status status = csv_layout_load(&in->layout, in->host, state, err);
    if (status != PT_OK) {
        return status;
    }
    pt_mem_free(in->host, in->bound);
    pt_mem_free(in->host, in->fields);
    in->n_bound = 0;
    in->bound = pt_mem_array(in->host, columns->n, sizeof *in->bound);
    in->fields = pt_mem_array(in->host, columns->n, sizeof *in->fields);
    if (in->bound == NULL || in->fields == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    for (uint32_t i = 0; i < columns->n; i++) {
        int32_t at = csv_layout_find(&in->layout, columns->names[i]);
        if (at < 0) {
            return pt_fail(in->host, err, PT_E_NOT_FOUND, NULL, "there is no column `%s`",
                           columns->names[i]);
        }
        in->bound[i] = (uint32_t)at;
        in->fields[i] = csv_layout_field(&in->layout.columns[at]);
        in->n_bound++;
    }
    return PT_OK;
}

static pt_status csv_source_plan(void *self, const pt_plan_request *request, pt_error *err)
{
    return csv_plan(self, request, err);
}

static pt_status csv_open(void *self, const pt_split *split, const pt_split_run *run,
                          struct ArrowArrayStream *out, pt_error *err)
{
    struct csv_instance *in = self;
    struct pt_range range;
    pt_status status = pt_splits_range(in->host, split->data, &range, err);
    return status == PT_OK ? csv_reader_open(in, &range, run, out, err) : status;
}

static const pt_source_vtable csv_source = {.struct_size = sizeof(pt_source_vtable),
                                            .create = csv_create,
                                            .destroy = csv_destroy,
                                            .discover = csv_source_discover,
                                            .bind = csv_bind,
                                            .plan = csv_source_plan,
                                            .open = csv_open};

static const pt_component csv_component = {
    .struct_size = sizeof(pt_component),
    .kind = PT_KIND_SOURCE,
    .name = "crm-csv",
    .summary = "CSV files of customers, orders, answers: any delimiter, UTF-8 or GB18030.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct csv_config),
    .caps = PT_CAP_PROJECTION | PT_CAP_SPLITS,
    .options = csv_options,
    .n_options = CSV_N_OPTIONS,
    .vtable = &csv_source,
    .validate = csv_validate};

static const pt_component *const csv_components[] = {&csv_component};

static const pt_plugin csv_plugin = {.struct_size = sizeof(pt_plugin),
                                     .abi_major = PT_ABI_MAJOR,
                                     .abi_minor = PT_ABI_MINOR,
                                     .min_host_minor = 0,
                                     .n_components = 1,
                                     .id = "portrait.crm-csv",
                                     .version = "0.1.0",
                                     .vendor = "Portrait contributors",
                                     .license = "Apache-2.0",
                                     .summary = "Reads CSV files.",
                                     .components = csv_components};

PT_PLUGIN(csv_plugin, "portrait.crm-csv", 0)
