-- CreateEnum
CREATE TYPE "sweep_state" AS ENUM ('running', 'paused', 'completed', 'cancelled');

-- CreateEnum
CREATE TYPE "trial_state" AS ENUM ('queued', 'running', 'completed', 'pruned', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "attempt_outcome" AS ENUM ('running', 'completed', 'failed', 'expired', 'released');

-- CreateTable
CREATE TABLE "sweep" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "definition" JSONB NOT NULL,
    "state" "sweep_state" NOT NULL DEFAULT 'running',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "sweep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trial" (
    "id" UUID NOT NULL,
    "sweep_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" "trial_state" NOT NULL DEFAULT 'queued',
    "hyperparameters" JSONB NOT NULL,
    "hyperparameters_hash" TEXT NOT NULL,
    "epochs" INTEGER NOT NULL,
    "epochs_done" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "loss" DOUBLE PRECISION,
    "acc" DOUBLE PRECISION,
    "val_loss" DOUBLE PRECISION,
    "val_acc" DOUBLE PRECISION,
    "test_loss" DOUBLE PRECISION,
    "test_acc" DOUBLE PRECISION,
    "train_duration_ms" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "error_class" TEXT,
    "error_message" TEXT,
    "not_before" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "trial_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "trial_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "worker_id" TEXT NOT NULL,
    "outcome" "attempt_outcome" NOT NULL DEFAULT 'running',
    "lease_expires_at" TIMESTAMPTZ(3),
    "error_class" TEXT,
    "error_message" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("trial_id","number")
);

-- CreateTable
CREATE TABLE "epoch" (
    "trial_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "loss" DOUBLE PRECISION NOT NULL,
    "acc" DOUBLE PRECISION NOT NULL,
    "val_loss" DOUBLE PRECISION NOT NULL,
    "val_acc" DOUBLE PRECISION NOT NULL,
    "duration_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "epoch_pkey" PRIMARY KEY ("trial_id","epoch")
);

-- CreateTable
CREATE TABLE "score" (
    "trial_id" UUID NOT NULL,
    "test_loss" DOUBLE PRECISION NOT NULL,
    "test_acc" DOUBLE PRECISION NOT NULL,
    "confusion_matrix" JSONB NOT NULL,
    "per_class" JSONB NOT NULL,

    CONSTRAINT "score_pkey" PRIMARY KEY ("trial_id")
);

-- CreateIndex
CREATE INDEX "sweep_created_at_id_idx" ON "sweep"("created_at", "id");

-- CreateIndex
CREATE INDEX "trial_loss_id_idx" ON "trial"("loss", "id");

-- CreateIndex
CREATE INDEX "trial_acc_id_idx" ON "trial"("acc", "id");

-- CreateIndex
CREATE INDEX "trial_val_loss_id_idx" ON "trial"("val_loss", "id");

-- CreateIndex
CREATE INDEX "trial_val_acc_id_idx" ON "trial"("val_acc", "id");

-- CreateIndex
CREATE INDEX "trial_test_loss_id_idx" ON "trial"("test_loss", "id");

-- CreateIndex
CREATE INDEX "trial_test_acc_id_idx" ON "trial"("test_acc", "id");

-- CreateIndex
CREATE INDEX "trial_sweep_id_val_acc_id_idx" ON "trial"("sweep_id", "val_acc", "id");

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_idx" ON "trial"("sweep_id", "state");

-- CreateIndex
CREATE INDEX "trial_state_id_idx" ON "trial"("state", "id");

-- CreateIndex
CREATE INDEX "trial_created_at_sweep_id_number_idx" ON "trial"("created_at", "sweep_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "trial_sweep_id_number_key" ON "trial"("sweep_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "trial_sweep_id_hyperparameters_hash_key" ON "trial"("sweep_id", "hyperparameters_hash");

-- CreateIndex
CREATE INDEX "attempt_lease_expires_at_idx" ON "attempt"("lease_expires_at");

-- AddForeignKey
ALTER TABLE "trial" ADD CONSTRAINT "trial_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "epoch" ADD CONSTRAINT "epoch_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "score" ADD CONSTRAINT "score_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE CASCADE;
