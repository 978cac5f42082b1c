-- AlterTable
ALTER TABLE "worker" ADD COLUMN     "slot_details" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "waiting_reason" TEXT;

-- CreateTable
CREATE TABLE "gpu_lease" (
    "gpu" TEXT NOT NULL,
    "share" SMALLINT NOT NULL,
    "worker_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "gpu_lease_pkey" PRIMARY KEY ("gpu","share")
);
