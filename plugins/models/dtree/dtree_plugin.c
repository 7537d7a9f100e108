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

static const pt_option row_ccp_alpha = {
    ROW,
    AT(ccp_alpha),
    .type = PT_OPT_F64,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "ccp_alpha",
    .help = "Branches are cut off that lower the impurity, weighted by the share of all rows, by "
            "less than this a leaf.",
    .default_text = "0",
    .f_min = 0,
    .f_max = 1,
    .example = "0.0005",
    .since = "1.1.0"};

static const pt_option row_class_weights = {
    ROW,
    AT(class_weights),
    .type = PT_OPT_STRING,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "class_weights",
    .help = "How much rows count: none = all the same, balanced = each class as half of all rows, "
            "a number = that of class 1 against 1.",
    .default_text = "none",
    .pattern = CLASS_WEIGHT_PATTERN,
    .example = "balanced",
    .since = "1.1.0"};

static const char *const splitter_choices[] = {"auto", "exact", "histogram"};

static const pt_option row_splitter = {
    ROW,
    AT(splitter),
    .type = PT_OPT_ENUM,
    .flags = PT_OPTF_AFFECTS_RESULT,
    .name = "splitter",
    .help = "Thresholds that are tried: exact = all, histogram = those between at most 255 ranges "
            "of values (Gini only), auto = all up to a million values.",
    .default_text = "auto",
    .choices = splitter_choices,
    .n_choices = 3,
    .example = "exact",
    .since = "1.1.0"};

static const pt_option *const options[] = {&row_criterion,    &row_depth,     &row_min_leaf,
                                           &row_min_decrease, &row_ccp_alpha, &row_class_weights,
                                           &row_splitter};

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
    const struct dtree_config *c = config;
    struct class_weight class_weight = {0};
    if (!class_weight_read(c->class_weights, &class_weight)) {
        return pt_fail(host, err, PT_E_CONFIG, "class_weights", "must be above 0 and at most %g",
                       CLASS_WEIGHT_RATIO_MAX);
    }
    if (c->splitter == DTREE_HISTOGRAM && c->criterion != DTREE_GINI) {
        return pt_fail(host, err, PT_E_CONFIG, "splitter", "histograms are for gini only");
    }
    struct dtree_model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a tree");
    }
    m->host = host;
    m->config = c;
    m->class_weight = class_weight;
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
    out->contributes = PT_CONTRIBUTES_OUTPUT;
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
    .contribute = dtree_contribute,
    .export_as = dtree_export,
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
    .min_host_minor = 0,
    .n_components = 1,
    .id = "portrait.dtree",
    .version = "1.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "Decision tree for two classes",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.dtree", 0)
