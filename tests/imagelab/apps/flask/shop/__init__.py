"""A small shop: JSON under /api, the browser's part is built by Vite."""

from __future__ import annotations

import os

from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Model(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Model)


class Product(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "only-for-development")
    db.init_app(app)

    @app.get("/api/health")
    def health():
        return jsonify(status="ok")

    @app.get("/api/products")
    def products():
        found = db.session.scalars(db.select(Product).order_by(Product.id))
        return jsonify([{"id": one.id, "name": one.name} for one in found])

    @app.post("/api/products")
    def add():
        product = Product(name=request.json["name"])
        db.session.add(product)
        db.session.commit()
        return jsonify(id=product.id), 201

    return app
