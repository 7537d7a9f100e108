// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Debian's OpenBLAS has no LAPACKE: LAPACK is called by its Fortran symbols, declared here.
#include "blas.h"

#include <cblas.h>
#include <stddef.h>

// The hidden last argument is the length of the character argument in the Fortran convention.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t uplo_len);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda,
             double *b, const int *ldb, int *info, size_t uplo_len);

static CBLAS_TRANSPOSE transpose_of(char c)
{
    return c == 'T' ? CblasTrans : CblasNoTrans;
}

static CBLAS_UPLO triangle_of(char c)
{
    return c == 'U' ? CblasUpper : CblasLower;
}

static void gemm(char trans_a, char trans_b, int32_t m, int32_t n, int32_t k, double alpha,
                 const double *a, int32_t lda, const double *b, int32_t ldb, double beta, double *c,
                 int32_t ldc)
{
    cblas_dgemm(CblasColMajor, transpose_of(trans_a), transpose_of(trans_b), m, n, k, alpha, a, lda,
                b, ldb, beta, c, ldc);
}

static void syrk(char uplo, char trans, int32_t n, int32_t k, double alpha, const double *a,
                 int32_t lda, double beta, double *c, int32_t ldc)
{
    cblas_dsyrk(CblasColMajor, triangle_of(uplo), transpose_of(trans), n, k, alpha, a, lda, beta, c,
                ldc);
}

static void gemv(char trans, int32_t m, int32_t n, double alpha, const double *a, int32_t lda,
                 const double *x, int32_t incx, double beta, double *y, int32_t incy)
{
    cblas_dgemv(CblasColMajor, transpose_of(trans), m, n, alpha, a, lda, x, incx, beta, y, incy);
}

static int32_t potrf(char uplo, int32_t n, double *a, int32_t lda)
{
    int info = 0;
    dpotrf_(&uplo, &n, a, &lda, &info, 1);
    return info;
}

static int32_t potrs(char uplo, int32_t n, int32_t nrhs, const double *a, int32_t lda, double *b,
                     int32_t ldb)
{
    int info = 0;
    dpotrs_(&uplo, &n, &nrhs, a, &lda, b, &ldb, &info, 1);
    return info;
}

const pt_blas *blas_table(void)
{
    static const pt_blas table = {
        .struct_size = sizeof table,
        .dgemm = gemm,
        .dsyrk = syrk,
        .dgemv = gemv,
        .dpotrf = potrf,
        .dpotrs = potrs,
    };
    openblas_set_num_threads(1);
    return &table;
}
