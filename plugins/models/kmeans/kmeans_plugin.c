// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <portrait/plugin.h>

#include "kmeans.h"

#define ROW .struct_size = sizeof(pt_option)
#define AT(member) .offset = offsetof(struct kmeans_config, member)

static const char *const start_choices[] = {"plusplus", "spread", "rows", "parallel"};

static const pt_option row_k = {ROW,
                                AT(k),
                                .type = PT_OPT_I64,
                                .flags = PT_OPTF_AFFECTS_RESULT,
                                .name = "k",
                                .help = "Number of segments; 0 = the one from k_min to k_max whose "
                                        "segments are most apart (mean silhouette).",
                                .unit = "segments",
                                .default_text = "5",
                                .i_min = 0,
                                .i_max = KMEANS_K_MAX,
                                .example = "10"};

static const pt_option row_k_min = {ROW,
                                    AT(k_min),
                                    .type = PT_OPT_I64,
                                    .flags = PT_OPTF_AFFECTS_RESULT,
                                    .name = "k_min",
                                    .help = "With k: 0: the fewest segments to try.",
                                    .unit = "segments",
                                    .default_text = "2",
                                    .i_min = 2,
                                    .i_max = KMEANS_K_MAX,
                                    .example = "3"};

static const pt_option row_k_max = {ROW,
                                    AT(k_max),
                                    .type = PT_OPT_I64,
                                    .flags = PT_OPTF_AFFECTS_RESULT,
                                    .name = "k_max",
                                    .help = "With k: 0: the most segments to try.",
                                    .unit = "segments",
                                    .default_text = "10",
                                    .i_min = 2,
                                    .i_max = KMEANS_K_MAX,
                                    .example = "20"};

static const pt_option row_batch = {
    ROW,
    AT(batch),
    .type = PT_OPT_I64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "batch",
    .help = "Rows drawn for each round (mini-batch k-means); 0 = every round reads all rows.",
    .unit = "rows",
    .default_text = "0",
    .i_min = 0,
    .i_max = 100000000,
    .example = "10000"};

static const pt_option row_start = {
    ROW,
    AT(start),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "start",
    .help = "First centres: plusplus draws far-apart rows at random, one after another; parallel "
            "draws many at once and joins them (k-means||, for large k); spread takes row "
            "floor(i * n / k) for each i; rows takes the rows of the option of that name.",
    .default_text = "plusplus",
    .choices = start_choices,
    .n_choices = 4,
    .example = "parallel"};

static const pt_option row_number = {ROW,           .type = PT_OPT_I64,
                                     .name = "row", .help = "A training row, counted from 0.",
                                     .i_min = 0,    .i_max = INT64_MAX};

static const pt_option *const row_fields[] = {&row_number};

static const pt_option row_rows = {ROW,
                                   AT(rows),
                                   .type = PT_OPT_LIST,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "rows",
                                   .help = "With start: rows: k training rows, counted from 0.",
                                   .fields = row_fields,
                                   .n_fields = 1,
                                   .elem_size = sizeof(int64_t),
                                   .example = "[0, 50, 100]"};

static const pt_option row_restarts = {
    ROW,
    AT(restarts),
    .type = PT_OPT_I64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "restarts",
    .help = "With start: plusplus or parallel: how often to begin anew; the smallest inertia wins.",
    .unit = "starts",
    .default_text = "5",
    .i_min = 1,
    .i_max = 1000,
    .example = "10"};

static const pt_option row_rounds = {ROW,
                                     AT(rounds),
                                     .type = PT_OPT_I64,
                                     .flags = PT_OPTF_AFFECTS_RESULT,
                                     .name = "rounds",
                                     .help = "Most rounds of one start.",
                                     .unit = "rounds",
                                     .default_text = "300",
                                     .i_min = 1,
                                     .i_max = 100000,
                                     .example = "100"};

static const pt_option row_tol = {
    ROW,
    AT(tol),
    .type = PT_OPT_F64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "tol",
    .help = "Stop when the centres' squared moves sum to less than this share of the columns' mean "
            "variance; 0 = when no row changes its segment.",
    .default_text = "0",
    .f_min = 0,
    .f_max = 1,
    .example = "0.0001"};

static const pt_option row_order_by = {
    ROW,
    AT(order_by),
    .type = PT_OPT_COLUMN,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "order_by",
    .help = "Segment 0 is the one with the highest mean of this column; without it, the largest.",
    .example = "app_spend_90d"};

static const pt_option *const options[] = {&row_k,    &row_k_min,    &row_k_max,  &row_start,
                                           &row_rows, &row_restarts, &row_rounds, &row_batch,
                                           &row_tol,  &row_order_by};

static const pt_output output_segment = {.struct_size = sizeof(pt_output),
                                         .role = PT_ROLE_SEGMENT,
                                         .name = "segment",
                                         .help = "The segment, from 0."};
static const pt_output output_distance = {
    .struct_size = sizeof(pt_output),
    .role = PT_ROLE_VALUE,
    .name = "distance",
    .help = "Distance to the segment's centre, on the prepared scale."};
static const pt_output *const outputs[] = {&output_segment, &output_distance};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct kmeans *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for k-means");
    }
    m->host = host;
    m->config = config;
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct kmeans *m = self;
    if (m != NULL) {
        const pt_host *host = m->host;
        kmeans_reset(m);
        pt_mem_free(host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_CLUSTER;
    out->layout = PT_LAYOUT_ROWS;
    out->dtype = 4;
    out->wants_scaling = 1;
    return PT_OK;
}

static pt_status list_outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    (void)self;
    (void)err;
    *list = outputs;
    *n = 2;
    return PT_OK;
}

static pt_status validate(const pt_host *host, const void *config, pt_error *err)
{
    const struct kmeans_config *c = config;
    const int64_t *rows = c->rows.items;
    if (c->k_min > c->k_max) {
        return pt_fail(host, err, PT_E_CONFIG, "k_min", "k_min %lld is above k_max %lld",
                       (long long)c->k_min, (long long)c->k_max);
    }
    if (c->start != KMEANS_START_ROWS) {
        return c->rows.n == 0
                   ? PT_OK
                   : pt_fail(host, err, PT_E_CONFIG, "rows", "rows are read with start: rows only");
    }
    if (c->k == 0) {
        return pt_fail(host, err, PT_E_CONFIG, "start", "start: rows needs a k, not k: 0");
    }
    if (c->rows.n != c->k) {
        return pt_fail(host, err, PT_E_CONFIG, "rows", "%u rows for k = %lld", c->rows.n,
                       (long long)c->k);
    }
    for (uint32_t i = 0; i < c->rows.n; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (rows[i] == rows[j]) {
                return pt_fail(host, err, PT_E_CONFIG, "rows", "row %lld is there twice",
                               (long long)rows[i]);
            }
        }
    }
    return PT_OK;
}

static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = list_outputs,
    .fit = kmeans_fit_model,
    .predict = kmeans_predict,
    .save = kmeans_save,
    .load = kmeans_load,
    .explain = kmeans_explain,
    .renumber = kmeans_renumber,
    .export_as = kmeans_export,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "kmeans",
    .summary = "Segments of people who behave alike.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct kmeans_config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .vtable = &vtable,
    .validate = validate,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.kmeans",
    .version = "1.0.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "k-means clustering",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.kmeans", 0)
