// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue: what the plugin offers and which options it has.
#include <portrait/plugin.h>

#include "dtree.h"

#define ROW .struct_size = sizeof(pt_option)
#define AT(member) .offset = offsetof(struct dtree_config, member)

static const char *const criterion_choices[] = {"gini", "entropy"};

static const pt_option row_criterion = {
    ROW,
    AT(criterion),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "criterion",
    .help = "How mixed a group of rows is: Gini impurity or entropy.",
    .default_text = "gini",
    .choices = criterion_choices,
    .n_choices = 2};

static const pt_option row_depth = {ROW,
                                    AT(depth),
                                    .type = PT_OPT_I64,
                                    .flags = PT_OPTF_AFFECTS_RESULT,
                                    .name = "depth",
                                    .help = "Most conditions on the way to a rule.",
                                    .unit = "splits",
                                    .default_text = "6",
                                    .i_min = 1,
                                    .i_max = DTREE_DEPTH_MAX,
                                    .example = "8"};

static const pt_option row_min_leaf = {ROW,
                                       AT(min_leaf),
                                       .type = PT_OPT_I64,
                                       .flags = PT_OPTF_AFFECTS_RESULT,
                                       .name = "min_leaf",
                                       .help = "Fewest training rows a rule may rest on.",
                                       .unit = "rows",
                                       .default_text = "20",
                                       .i_min = 1,
                                       .i_max = INT64_C(1) << 40,
                                       .example = "50"};

static const pt_option row_min_decrease = {
    ROW,
    AT(min_decrease),
    .type = PT_OPT_F64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "min_decrease",
    .help = "A split must lower the impurity, weighted by the node's share of all rows, by more "
            "than this.",
    .default_text = "0",
    .f_min = 0,
    .f_max = 1};

static const pt_option *const options[] = {&row_criterion, &row_depth, &row_min_leaf,
                                           &row_min_decrease};

static const pt_output output_p = {
    .struct_size = sizeof(pt_output),
    .role = PT_ROLE_PROBABILITY,
    .name = "p",
    .help = "Share of class 1 among the training rows of the same rule."};
static const pt_output output_rule = {
    .struct_size = sizeof(pt_output),
    .role = PT_ROLE_VALUE,
    .name = "rule",
    .help = "Number of the rule, from 1, the one with the highest share."};
static const pt_output *const outputs[] = {&output_p, &output_rule};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct dtree_model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
    }
    m->host = host;
    m->config = config;
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct dtree_model *m = self;
    if (m != NULL) {
        const pt_host *host = m->host;
        dtree_reset(m);
        pt_mem_free(host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_BINARY;
    out->layout = PT_LAYOUT_COLUMNS;
    out->dtype = 8;
    out->takes_missing = 1;
    out->takes_category = 1;
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

static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = list_outputs,
    .fit = dtree_fit_model,
    .predict = dtree_predict,
    .save = dtree_save,
    .load = dtree_load,
    .explain = dtree_explain,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "dtree",
    .summary = "Rules that tell a yes from a no: a decision tree.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct dtree_config),
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
    .min_host_minor = 1,
    .n_components = 1,
    .id = "portrait.dtree",
    .version = "1.0.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Decision tree for two classes",
    .components = components,
};

PT_EXPORT const pt_plugin *portrait_plugin_v0(void);

PT_EXPORT const pt_plugin *portrait_plugin_v0(void)
{
    return &plugin;
}
