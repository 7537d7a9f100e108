// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <portrait/plugin.h>

#include <string.h>

#include "bins.h"
#include "forest.h"
#include "pt_number.h"

#define ROW .struct_size = sizeof(pt_option)
#define AT(member) .offset = offsetof(struct forest_config, member)

static const pt_option row_trees = {ROW,
                                    AT(trees),
                                    .type = PT_OPT_I64,
                                    .flags = PT_OPTF_AFFECTS_RESULT,
                                    .name = "trees",
                                    .help = "Trees that are averaged.",
                                    .unit = "trees",
                                    .default_text = "100",
                                    .i_min = 1,
                                    .i_max = FOREST_TREES_MAX,
                                    .example = "200"};

static const pt_option row_depth = {ROW,
                                    AT(depth),
                                    .type = PT_OPT_I64,
                                    .flags = PT_OPTF_AFFECTS_RESULT,
                                    .name = "depth",
                                    .help = "Most splits on the way to a leaf.",
                                    .unit = "splits",
                                    .default_text = "16",
                                    .i_min = 1,
                                    .i_max = FOREST_DEPTH_MAX,
                                    .example = "12"};

static const pt_option row_min_leaf = {
    ROW,
    AT(min_leaf),
    .type = PT_OPT_I64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "min_leaf",
    .help = "Fewest rows in a leaf, counted as often as they were drawn and by their weight.",
    .unit = "rows",
    .default_text = "5",
    .i_min = 1,
    .i_max = INT64_C(1) << 40,
    .example = "20"};

static const pt_option row_features = {
    ROW,
    AT(features),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "features",
    .help = "Columns that a split tries, drawn anew for each: sqrt or log2 of their number, a "
            "share below 1 (0.3), rounded up, or a number of them (8).",
    .default_text = "sqrt",
    .pattern = "sqrt|log2|0?\\.[0-9]+|[1-9][0-9]{0,5}",
    .example = "0.3"};

static const pt_option row_class_weights = {
    ROW,
    AT(class_weights),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "class_weights",
    .help = "How much rows count: none = all the same, balanced = each class as half of all rows, "
            "balanced_bootstrap = the same among each tree's rows, a number = that of class 1 "
            "against 1.",
    .default_text = "none",
    .pattern = CLASS_WEIGHT_PATTERN_BOOTSTRAP,
    .example = "balanced"};

static const pt_option row_bins = {ROW,
                                   AT(bins),
                                   .type = PT_OPT_I64,
                                   .flags = PT_OPTF_AFFECTS_RESULT,
                                   .name = "bins",
                                   .help = "Ranges that the values of a number are sorted into; "
                                           "splits lie between them.",
                                   .unit = "ranges",
                                   .default_text = "255",
                                   .i_min = 2,
                                   .i_max = BINS_VALUES_MAX,
                                   .example = "64"};

static const pt_option *const options[] = {&row_trees,    &row_depth,         &row_min_leaf,
                                           &row_features, &row_class_weights, &row_bins};

static const pt_output output_p = {.struct_size = sizeof(pt_output),
                                   .role = PT_ROLE_PROBABILITY,
                                   .name = "p",
                                   .help = "Probability of class 1: the mean of the trees."};
static const pt_output *const outputs[] = {&output_p};

static bool read_features(const char *text, struct forest_features *out)
{
    *out = (struct forest_features){.kind = FOREST_SQRT};
    if (text == NULL || strcmp(text, "sqrt") == 0) {
        return true;
    }
    if (strcmp(text, "log2") == 0) {
        out->kind = FOREST_LOG2;
        return true;
    }
    if (!pt_number_f64((const uint8_t *)text, strlen(text), &out->number)) {
        return false;
    }
    out->kind = strchr(text, '.') != NULL ? FOREST_SHARE : FOREST_COUNT;
    return out->number > 0;
}

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    const struct forest_config *c = config;
    struct forest_model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a forest");
    }
    m->host = host;
    m->config = c;
    const char *fault = NULL;
    if (!read_features(c->features, &m->features)) {
        fault = "features";
    } else if (!class_weight_read(c->class_weights, &m->weights)) {
        fault = "class_weights";
    }
    if (fault != NULL) {
        pt_mem_free(host, m);
        return pt_fail(host, err, PT_E_CONFIG, fault, "must be above 0 and within bounds");
    }
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct forest_model *m = self;
    if (m != NULL) {
        const pt_host *host = m->host;
        forest_reset(m);
        pt_mem_free(host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_BINARY;
    out->layout = forest_layout.layout;
    out->dtype = forest_layout.dtype;
    out->takes_missing = 1;
    out->takes_category = 1;
    out->contributes = PT_CONTRIBUTES_OUTPUT;
    return PT_OK;
}

static pt_status list_outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    (void)self;
    (void)err;
    *list = outputs;
    *n = 1;
    return PT_OK;
}

static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = list_outputs,
    .fit = forest_fit,
    .predict = forest_predict,
    .save = forest_save,
    .load = forest_load,
    .explain = forest_explain,
    .contribute = forest_contribute,
    .export_as = forest_export,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "forest",
    .summary = "The probability of a yes from many trees: a random forest.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct forest_config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.forest",
    .version = "1.0.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Random forest for two classes",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.forest", 0)
