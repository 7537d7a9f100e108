// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Times one model plugin on a matrix in memory, as the host would run it: loaded by the registry,
// configured by option rows, with the host's run services. Writes one JSON object a stage (fit,
// score, save and load) and one with the quality, in the shape of the peers' results.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_matrix.h"
#include "bench_meter.h"
#include "bench_quality.h"
#include "config.h"
#include "cpu.h"
#include "host.h"
#include "mem.h"
#include "run_services.h"
#include "yaml_reader.h"

static const char usage[] =
    "usage: model_bench --plugins DIR --matrix FILE --columns N [OPTION...] MODEL [KEY=VALUE...]\n"
    "  --plugins DIR   folder of built plugins\n"
    "  --matrix FILE   row-major float32\n"
    "  --columns N     of the matrix\n"
    "  --labels FILE   a byte 0 or 1 a row\n"
    "  --train N       rows to learn from, the first ones (default: all); quality is of the rest,\n"
    "                  or of all where there is no rest\n"
    "  --threads N     (default: all processors)\n"
    "  --cpu LEVEL     baseline, avx2 or avx512 (default: the processor's)\n"
    "  --stage NAME    of the results (default: MODEL)\n"
    "  --seed N        (default: 7)\n"
    "  --lambda X      also print a logistic model's objective with this penalty\n"
    "KEY=VALUE sets an option of the model; VALUE is YAML.\n";

struct request {
    const char *plugins;
    struct bench_files files;
    uint64_t train;
    uint32_t threads;
    uint32_t cpu;
    uint64_t seed;
    const char *stage;
    const char *lambda; // NULL = no objective
    const char *model;
    char **with; // KEY=VALUE
    int n_with;
};

struct bench {
    const struct request *q;
    struct arena arena;
    struct diags diags;
    struct registry *registry;
    const struct component_info *component;
    struct config *config;
    struct pool *pool;
    pt_host host;
    struct run_services *services;
    struct instance model;
    struct bench_matrix x;
    struct bench_view train;
    struct bench_view all;
    double *scores; // [output * rows + row]
};

static pt_status bad_usage(struct pt_error *err)
{
    return error_set(err, PT_E_INVALID, "wrong options\n%s", usage);
}

static pt_status take_option(struct request *q, int option, struct pt_error *err)
{
    switch (option) {
    case 'p':
        q->plugins = optarg;
        return PT_OK;
    case 'm':
        q->files.matrix = optarg;
        return PT_OK;
    case 'c':
        q->files.n_columns = (uint32_t)strtoul(optarg, NULL, 10);
        return PT_OK;
    case 'l':
        q->files.labels = optarg;
        return PT_OK;
    case 'n':
        q->train = strtoull(optarg, NULL, 10);
        return PT_OK;
    case 't':
        q->threads = (uint32_t)strtoul(optarg, NULL, 10);
        return PT_OK;
    case 's':
        q->stage = optarg;
        return PT_OK;
    case 'r':
        q->seed = strtoull(optarg, NULL, 10);
        return PT_OK;
    case 'o':
        q->lambda = optarg;
        return PT_OK;
    case 'u':
        return cpu_named(text_of(optarg), &q->cpu) ? PT_OK : bad_usage(err);
    default:
        return bad_usage(err);
    }
}

static pt_status read_options(int argc, char **argv, struct request *q, struct pt_error *err)
{
    static const struct option options[] = {{"plugins", required_argument, NULL, 'p'},
                                            {"matrix", required_argument, NULL, 'm'},
                                            {"columns", required_argument, NULL, 'c'},
                                            {"labels", required_argument, NULL, 'l'},
                                            {"train", required_argument, NULL, 'n'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"cpu", required_argument, NULL, 'u'},
                                            {"stage", required_argument, NULL, 's'},
                                            {"seed", required_argument, NULL, 'r'},
                                            {"lambda", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    *q = (struct request){.seed = 7};
    int option = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        TRY(take_option(q, option, err));
    }
    if (optind >= argc || q->plugins == NULL || q->files.matrix == NULL ||
        q->files.n_columns == 0) {
        return bad_usage(err);
    }
    q->model = argv[optind];
    q->stage = q->stage == NULL ? q->model : q->stage;
    q->with = argv + optind + 1;
    q->n_with = argc - optind - 1;
    return PT_OK;
}

// {key: value, ...} of KEY=VALUE texts.
static pt_status join_options(const struct request *q, struct str *out, struct pt_error *err)
{
    str_add(out, "{");
    for (int i = 0; i < q->n_with; i++) {
        const char *equals = strchr(q->with[i], '=');
        if (equals == NULL) {
            FAIL(err, PT_E_INVALID, "`%s` is not KEY=VALUE", q->with[i]);
        }
        str_add(out, i == 0 ? "" : ", ");
        str_add_n(out, q->with[i], (size_t)(equals - q->with[i]));
        str_add(out, ": ");
        str_add(out, equals + 1);
    }
    return str_add(out, "}") ? PT_OK : error_set(err, PT_E_NO_MEMORY, "no memory for the options");
}

static pt_status configure(struct bench *b, struct pt_error *err)
{
    struct str yaml = {0};
    struct node *node = NULL;
    pt_status status = join_options(b->q, &yaml, err);
    if (status == PT_OK &&
        yaml_read(&b->arena, "options", str_view(&yaml), &b->diags, &node) == PT_OK) {
        struct config_request request = {
            .component = b->component,
            .with = node,
            .owner = b->q->model,
            .host = &b->host,
        };
        config_fill(&request, &b->diags, &b->config);
    }
    if (status == PT_OK && b->config == NULL) {
        diags_print(&b->diags, stderr, false);
        status = error_set(err, PT_E_CONFIG, "the options are refused");
    }
    str_release(&yaml);
    return status;
}

static pt_status open_model(struct bench *b, struct pt_error *err)
{
    host_table_init(&b->host, NULL);
    if (b->q->cpu != 0 && b->q->cpu < b->host.cpu) {
        b->host.cpu = b->q->cpu;
    }
    struct registry_folder folder = {b->q->plugins, true};
    TRY(registry_open(&folder, 1, &b->registry, err));
    b->component = registry_find(b->registry, PT_KIND_MODEL, b->q->model, err);
    if (b->component == NULL) {
        return PT_E_NOT_FOUND;
    }
    TRY(configure(b, err));
    TRY(pool_new(b->q->threads, &b->pool, err));
    TRY(run_services_new(b->pool, b->q->seed, &b->host, &b->services, err));
    return instance_open(b->component, config_struct(b->config), &b->host, &b->model, err);
}

static pt_status open_matrix(struct bench *b, struct pt_error *err)
{
    TRY(bench_matrix_read(&b->q->files, &b->model.needs, &b->x, err));
    if (b->q->train > b->x.n_rows) {
        FAIL(err, PT_E_INVALID, "--train: the matrix has only %llu rows",
             (unsigned long long)b->x.n_rows);
    }
    if (b->model.needs.task != PT_TASK_CLUSTER && b->x.label == NULL) {
        FAIL(err, PT_E_INVALID, "this model needs --labels");
    }
    bench_matrix_view(&b->x, b->q->train == 0 ? b->x.n_rows : b->q->train, &b->train);
    bench_matrix_view(&b->x, b->x.n_rows, &b->all);
    b->scores = mem_array(b->x.n_rows * b->model.n_outputs, sizeof *b->scores);
    if (b->scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the scores");
    }
    return PT_OK;
}

static void print_reading(const struct bench *b, const char *suffix, uint64_t rows,
                          const struct bench_reading *r)
{
    printf("{\"engine\":\"portrait\",\"stage\":\"%s%s\",\"s\":%.5f,\"cpu\":%.4f,\"rows\":%llu,"
           "\"start_mb\":%.1f,\"peak_mb\":%.1f,\"matrix_mb\":%.1f,\"threads\":%u,"
           "\"level\":\"%s\"}\n",
           b->q->stage, suffix, r->seconds, r->cpu, (unsigned long long)rows,
           (double)r->start_kb / 1024, (double)r->peak_kb / 1024,
           (double)b->x.n_bytes / (1024 * 1024), pool_threads(b->pool), cpu_name(b->host.cpu));
}

static pt_status fit(struct bench *b, struct pt_error *err)
{
    struct bench_meter meter;
    bench_meter_start(&meter);
    TRY(instance_fit(&b->model, &b->train.data, run_services_view(b->services), err));
    run_services_reset(b->services);
    struct bench_reading r = bench_meter_stop(&meter);
    print_reading(b, "", b->train.data.n_rows, &r);
    return PT_OK;
}

// Scores of one block, put in their places of b->scores.
static pt_status score_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct bench *b = arg;
    (void)worker;
    pt_block block = {.struct_size = sizeof block};
    TRY(b->all.data.block(b->all.data.ctx, (uint32_t)item, &block, err));
    double *out = mem_array(block.rows * b->model.n_outputs, sizeof *out);
    if (out == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the scores of a block");
    }
    pt_status status = instance_predict(&b->model, &block, out, err);
    for (uint32_t c = 0; status == PT_OK && c < b->model.n_outputs; c++) {
        memcpy(b->scores + c * b->x.n_rows + block.first_row, out + c * block.rows,
               block.rows * sizeof *out);
    }
    mem_free(out);
    return status;
}

static pt_status score(struct bench *b, struct pt_error *err)
{
    struct bench_meter meter;
    memset(b->scores, 0, b->x.n_rows * b->model.n_outputs * sizeof *b->scores);
    bench_meter_start(&meter);
    TRY(pool_run(b->pool, b->all.data.n_blocks, score_block, b, err));
    struct bench_reading r = bench_meter_stop(&meter);
    print_reading(b, "_score", b->x.n_rows, &r);
    return PT_OK;
}

// The loaded model takes the place of the learnt one, so that what follows is measured of it.
static pt_status save_and_load(struct bench *b, struct pt_error *err)
{
    struct bench_meter meter;
    struct str bytes = {0};
    struct instance loaded = {0};
    pt_status status =
        instance_open(b->component, config_struct(b->config), &b->host, &loaded, err);
    bench_meter_start(&meter);
    if (status == PT_OK) {
        status = instance_save(&b->model, &bytes, err);
    }
    if (status == PT_OK) {
        status = instance_load(&loaded, &b->x.schema, str_view(&bytes), err);
    }
    struct bench_reading r = bench_meter_stop(&meter);
    if (status == PT_OK) {
        print_reading(b, "_file", 0, &r);
    }
    instance_release(&loaded);
    str_release(&bytes);
    return status;
}

static pt_status tell_quality(struct bench *b, struct pt_error *err)
{
    double value = 0;
    if (b->model.needs.task == PT_TASK_CLUSTER) {
        TRY(bench_inertia(&b->model, &b->x, b->scores, &value, err));
        printf("{\"engine\":\"portrait\",\"stage\":\"%s\",\"quality\":1,\"inertia\":%.10g}\n",
               b->q->stage, value);
        return PT_OK;
    }
    struct bench_rates rates = {0};
    uint64_t first = b->train.data.n_rows < b->x.n_rows ? b->train.data.n_rows : 0;
    TRY(bench_rates_of(&b->x, b->scores, first, &rates, err));
    printf("{\"engine\":\"portrait\",\"stage\":\"%s\",\"quality\":1,", b->q->stage);
    if (b->q->lambda != NULL) {
        double lambda = strtod(b->q->lambda, NULL);
        TRY(bench_objective(&b->model, &b->train, lambda, &value, err));
        printf("\"objective\":%.10g,", value);
    }
    printf("\"logloss\":%.6f,\"auc\":%.5f}\n", rates.log_loss, rates.auc);
    return PT_OK;
}

static pt_status measure(struct bench *b, struct pt_error *err)
{
    TRY(open_model(b, err));
    TRY(open_matrix(b, err));
    TRY(fit(b, err));
    TRY(score(b, err));
    TRY(save_and_load(b, err));
    return tell_quality(b, err);
}

static void bench_release(struct bench *b)
{
    instance_release(&b->model);
    run_services_free(b->services);
    pool_free(b->pool);
    config_free(b->config);
    registry_free(b->registry);
    bench_matrix_release(&b->x);
    mem_free(b->scores);
    diags_release(&b->diags);
    arena_release(&b->arena);
}

int main(int argc, char **argv)
{
    struct pt_error err = ERROR_INIT;
    struct request q;
    struct bench b = {.q = &q};
    pt_status status = read_options(argc, argv, &q, &err);
    if (status == PT_OK) {
        status = measure(&b, &err);
        bench_release(&b);
    }
    if (status != PT_OK) {
        fprintf(stderr, "model_bench: %s\n", err.message);
    }
    return status == PT_OK ? 0 : status == PT_E_INVALID ? 2 : 1;
}
