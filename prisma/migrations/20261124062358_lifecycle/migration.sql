-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "attempt_outcome" ADD VALUE 'paused';
ALTER TYPE "attempt_outcome" ADD VALUE 'cancelled';

-- DropIndex
DROP INDEX "trial_sweep_id_state_idx";

-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "retry" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "epoch" DROP CONSTRAINT "epoch_pkey",
ADD COLUMN     "retry" INTEGER NOT NULL DEFAULT 0,
ADD CONSTRAINT "epoch_pkey" PRIMARY KEY ("trial_id", "retry", "epoch");

-- AlterTable
ALTER TABLE "sweep" ADD COLUMN     "definition_hash" TEXT,
ADD COLUMN     "forgiven" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "idempotency_key" TEXT,
ADD COLUMN     "max_parallel" INTEGER,
ADD COLUMN     "pause_reason" TEXT,
ADD COLUMN     "planned" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "trial" ADD COLUMN     "alone" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "retries" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "checkpoint" (
    "trial_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("trial_id")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "pid" INTEGER,
    "lease_ms" DOUBLE PRECISION NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "drain_requested_at" TIMESTAMPTZ(3),
    "stopped_at" TIMESTAMPTZ(3),

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "worker_last_seen_at_idx" ON "worker"("last_seen_at");

-- CreateIndex
CREATE UNIQUE INDEX "sweep_idempotency_key_key" ON "sweep"("idempotency_key");

-- CreateIndex
CREATE INDEX "sweep_state_priority_created_at_id_idx" ON "sweep"("state", "priority" DESC, "created_at", "id");

-- CreateIndex
CREATE INDEX "trial_sweep_id_state_number_idx" ON "trial"("sweep_id", "state", "number");

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Checkpoints are floats, which do not compress: do not try at every epoch.
ALTER TABLE "checkpoint" ALTER COLUMN "data" SET STORAGE EXTERNAL;

-- Sweeps from before have the defaults of what is new.
UPDATE "sweep" SET
    "definition" = '{"priority": 0, "maxParallel": null, "maxFailureShare": 0.5}'::jsonb || "definition",
    "planned" = (SELECT count(*) FROM "trial" WHERE "trial"."sweep_id" = "sweep"."id");
